/** An upgrade that cannot be, or was refused. Nothing was changed; the text says what to do. */
export class UpgradeError extends Error {
  override name = "UpgradeError";
}
