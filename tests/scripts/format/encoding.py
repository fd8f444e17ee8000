"""Do what the executor does with an encoder: batches, rejects, layouts, one file."""

from identitysync.errors import RecordRejected


def encoded(formatter, batches):
    """Encode batches of records into one file; give its bytes and the rejects, as (record, code)."""
    encoder = formatter.encoder()
    encoder.start()
    blocks, rejects = [], []

    def encode(batch):
        try:
            blocks.append((encoder.encode(batch), encoder.layout()))
        except RecordRejected as fault:
            if len(batch) == 1:
                rejects.append((batch[0], fault.code))
                return
            for record in batch:
                encode([record])

    for batch in batches:
        encode(batch)
    made = [block if layout == encoder.layout() else encoder.adapt(block, layout) for block, layout in blocks]
    return encoder.start() + encoder.joint.join(made) + encoder.finish(), rejects
