function process(record, ctx, logger, next, error) {
  if (record === null) return null;
  if (record.hasLiteAccount || record.hasFullAccount) {
    error.accept({ email: record.email, _errorDetails: { errorMessage: "there is an account" } }, record);
    return null;
  }
  return record;
}
