<#
.SYNOPSIS
Installs ductor, or upgrades it, for the user who runs this. Needs no administrator.

.DESCRIPTION
DUCTOR_INSTALL_URL: folder the release is in (default: the newest one on GitHub); one that is a
mirror is where upgrades come from then, too.
DUCTOR_INSTALL_DIR: where the program goes (default: %LOCALAPPDATA%\Programs\ductor).
A copy from a release knows that release's address and key; the one in the source does not.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Get-ReleaseFile {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Uri,
        [Parameter(Mandatory)] [string] $Path
    )
    # The progress bar of Windows PowerShell makes downloads many times slower.
    $ProgressPreference = 'SilentlyContinue'
    Invoke-WebRequest -Uri $Uri -OutFile $Path -UseBasicParsing
}

function Expand-Gzip {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [string] $Destination
    )
    $from = [System.IO.File]::OpenRead($Path)
    try {
        $gzip = New-Object -TypeName System.IO.Compression.GZipStream -ArgumentList $from, ([System.IO.Compression.CompressionMode]::Decompress)
        $to = [System.IO.File]::Create($Destination)
        try { $gzip.CopyTo($to) } finally { $to.Dispose() }
    } finally {
        $from.Dispose()
    }
}

function Save-Mirror {
    # A mirror answers as GitHub's API does: then ductor can ask it for newer versions.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Program,
        [Parameter(Mandatory)] [string] $Uri,
        [Parameter(Mandatory)] [string] $Folder
    )
    $latest = Join-Path -Path $Folder -ChildPath 'latest'
    try { Get-ReleaseFile -Uri "$Uri/latest" -Path $latest } catch { return }
    if (-not (Select-String -Path $latest -Pattern '"tag_name"' -Quiet)) { return }
    # What it writes to stderr is no error of ours.
    $ErrorActionPreference = 'Continue'
    $said = & $Program config set update.url $Uri 2>&1 | Out-String
    if ($LASTEXITCODE -eq 0) { $said = & $Program upgrade --check 2>&1 | Out-String }
    if ($LASTEXITCODE -eq 0) {
        Write-Output "Upgrades will come from $Uri, too (update.url in the config)."
    } else {
        Write-Output "To upgrade, run this script again. ductor itself cannot: $said"
    }
}

function Test-Signature {
    <# .OUTPUTS $true, $false, or $null when nothing here can check it. #>
    [CmdletBinding()]
    [OutputType([System.Nullable[bool]])]
    param(
        [Parameter(Mandatory)] [string] $Folder,
        [Parameter(Mandatory)] [string] $PublicKey
    )
    # Windows itself knows no Ed25519; Git for Windows brings an OpenSSL that does.
    $openssl = Get-Command -Name 'openssl' -CommandType Application -ErrorAction SilentlyContinue |
        Select-Object -First 1
    if (-not $openssl) { return $null }
    # What it writes to stderr is no error of ours.
    $ErrorActionPreference = 'Continue'
    $help = & $openssl.Source pkeyutl -help 2>&1 | Out-String
    if ($help -notmatch '-rawin') { return $null }
    $key = Join-Path -Path $Folder -ChildPath 'key.pem'
    # What stands before an Ed25519 key in its DER form is always the same.
    $lines = '-----BEGIN PUBLIC KEY-----', "MCowBQYDK2VwAyEA$PublicKey", '-----END PUBLIC KEY-----'
    [System.IO.File]::WriteAllText($key, ($lines -join "`n") + "`n")
    $sums = Join-Path -Path $Folder -ChildPath 'SHA256SUMS'
    & $openssl.Source pkeyutl -verify -pubin -inkey $key -rawin -in $sums -sigfile "$sums.sig" 2>&1 |
        Out-Null
    return $LASTEXITCODE -eq 0
}

function Install-Ductor {
    [CmdletBinding()]
    param()
    $publicKey = '@DUCTOR_PUBLIC_KEY@'
    $url = if ($env:DUCTOR_INSTALL_URL) { $env:DUCTOR_INSTALL_URL } else { '@DUCTOR_URL@' }
    if ($publicKey.StartsWith('@')) {
        throw 'This is the copy from the source; take install.ps1 from a release.'
    }
    if (-not $url) { throw 'Set DUCTOR_INSTALL_URL to the folder the release is in.' }
    if (-not [System.Environment]::Is64BitOperatingSystem) {
        throw 'There is no program for 32-bit Windows.'
    }
    # Windows on ARM runs it as well.
    $name = 'ductor-x86_64-pc-windows-msvc.exe'
    $url = $url.TrimEnd('/')
    $folder = if ($env:DUCTOR_INSTALL_DIR) {
        $env:DUCTOR_INSTALL_DIR
    } else {
        Join-Path -Path $env:LOCALAPPDATA -ChildPath 'Programs\ductor'
    }
    $folder = (New-Item -ItemType Directory -Path $folder -Force).FullName
    $work = Join-Path -Path $folder -ChildPath (".ductor-install-" + [guid]::NewGuid().ToString('N'))
    New-Item -ItemType Directory -Path $work | Out-Null
    try {
        Write-Output "Downloading $name (about 40 MB)..."
        $sums = Join-Path -Path $work -ChildPath 'SHA256SUMS'
        Get-ReleaseFile -Uri "$url/SHA256SUMS" -Path $sums
        Get-ReleaseFile -Uri "$url/SHA256SUMS.sig" -Path "$sums.sig"
        $good = Test-Signature -Folder $work -PublicKey $publicKey
        if ($null -eq $good) {
            Write-Output 'Signature not checked (that needs OpenSSL 3); the checksum is.'
        } elseif (-not $good) {
            throw 'The checksums are not signed by the makers of ductor. Nothing was changed.'
        }
        $expected = Get-Content -Path $sums |
            Where-Object { $_ -match "^([0-9a-f]{64}) [ *]$([regex]::Escape($name))$" } |
            ForEach-Object { $_.Substring(0, 64) } |
            Select-Object -First 1
        if (-not $expected) { throw "The release has no $name." }
        $fresh = Join-Path -Path $work -ChildPath 'ductor.exe'
        Get-ReleaseFile -Uri "$url/$name.gz" -Path "$fresh.gz"
        try {
            Expand-Gzip -Path "$fresh.gz" -Destination $fresh
        } catch {
            throw 'The download does not unpack, so it is not what was published. Nothing was changed.'
        }
        $found = (Get-FileHash -Path $fresh -Algorithm SHA256).Hash.ToLowerInvariant()
        if ($found -ne $expected) {
            throw "The download is not what was published (SHA-256 $found, expected $expected). Nothing was changed."
        }
        $version = & $fresh --version
        if ($LASTEXITCODE -ne 0) {
            throw 'The program does not run on this system. Nothing was changed.'
        }
        $program = Join-Path -Path $folder -ChildPath 'ductor.exe'
        $old = "$program.old"
        $again = Test-Path -Path $program
        if ($again) {
            # A program that runs can be renamed, not removed.
            if (Test-Path -Path $old) {
                try {
                    Remove-Item -Path $old -Force
                } catch {
                    Move-Item -Path $old -Destination "$old.$([guid]::NewGuid().ToString('N').Substring(0, 8))"
                }
            }
            Move-Item -Path $program -Destination $old
        }
        try {
            Move-Item -Path $fresh -Destination $program
        } catch {
            if ($again) { Move-Item -Path $old -Destination $program }
            throw
        }
        if ($env:DUCTOR_INSTALL_URL) { Save-Mirror -Program $program -Uri $url -Folder $work }
    } finally {
        Remove-Item -Path $work -Recurse -Force -ErrorAction SilentlyContinue
    }
    Write-Output "ductor $version is in $folder."
    if (($env:PATH -split ';') -notcontains $folder) {
        Write-Output "$folder is not on your PATH. Run this once and open a new terminal:"
        Write-Output ''
        Write-Output "  [Environment]::SetEnvironmentVariable('Path', [Environment]::GetEnvironmentVariable('Path', 'User') + ';$folder', 'User')"
        Write-Output ''
    }
    if ($again) {
        Write-Output 'If the bot is running: ductor restart'
    } else {
        Write-Output 'Next: ductor onboarding   (or, to try it in the browser first: ductor demo)'
    }
}

Install-Ductor
