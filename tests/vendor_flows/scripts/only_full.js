function process(record, ctx, logger, next, error) {
  if (record === null) return null;
  if (!record.hasFullAccount) {
    error.accept({ email: record.email, _errorDetails: { errorMessage: "there is only a lite account" } }, record);
    return null;
  }
  return record;
}
