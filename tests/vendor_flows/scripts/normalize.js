function process(record, ctx, logger, next, error) {
  const { customIdentifiers, internal, _UID, ...rest } = record;
  if (!rest.UID) rest.createUID = "true";
  const emails = (rest.loginIDs?.emails ?? "").split(",").map((each) => each.trim()).filter(Boolean);
  if (emails.length === 0) {
    error.accept({ ...record, _errorDetails: { errorMessage: "no e-mail address" } }, record);
    return null;
  }
  return { ...rest, loginIDs: { ...rest.loginIDs, emails }, context: JSON.stringify({ internal }) };
}
