#include "streams/host/block_fold.h"

#include "storage/api/block_format.h"
#include "storage/api/index_row.h"

namespace leat {

Result<FoldedBlock> fold(const Bytes& block, const Bytes& index_row, const StreamMachine& machine) {
  LEAT_TRY_ASSIGN(const BlockReader reader, BlockReader::open(block));
  LEAT_TRY_ASSIGN(const IndexRow row, IndexRow::parse(index_row.view()));
  FoldedBlock folded;
  BlockBuilder block_builder;
  block_builder.reset(reader.first());
  for (std::size_t i = 0; i < reader.message_count(); ++i) {
    const StoredMessage message = reader.at(i);
    if (machine.contains(message.sequence)) block_builder.append(message);
  }
  IndexRowBuilder row_builder;
  row_builder.reset(row.first);
  for (const IndexedMessage& message : row.messages) {
    if (!machine.contains(message.sequence)) continue;
    row_builder.append(message, row.subjects[message.subject]);
  }
  std::size_t id_count = 0;
  const StreamSeq first_id = machine.first_id();
  for (const IndexedMessageId& id : row.ids) {
    if (!first_id || id.sequence < first_id) continue;
    row_builder.append_id(id);
    ++id_count;
  }
  folded.live_count = block_builder.message_count();
  if (folded.live_count > 0) folded.block = block_builder.value();
  const bool is_row_empty = row_builder.message_count() == 0 && id_count == 0;
  if (!is_row_empty) folded.index_row = row_builder.value(row.last);
  return folded;
}

}  // namespace leat
