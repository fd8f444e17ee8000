function process(record, ctx, logger, next) {
  return record.UID ? null : record;
}
