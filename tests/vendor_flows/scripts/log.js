function process(record, ctx, logger, next) {
  if (record === null) return null;
  logger.info("Record", record);
  return record;
}
