#include "storage/rocks/store_inspector.h"

#include <rocksdb/convenience.h>

#include <utility>

#include "storage/rocks/database.h"
#include "storage/rocks/recovered_rows.h"

namespace leat {

namespace {

class RocksStoreInspector : public StoreInspector {
 public:
  explicit RocksStoreInspector(std::unique_ptr<rocks::Database> database)
      : database_(std::move(database)), rows_(*database_) {}

  RecoveredStore& rows() override { return rows_; }
  std::vector<Table> tables() override { return database_->tables(); }
  Status verify(const Table& table) override { return database_->verify(table); }

 private:
  const std::unique_ptr<rocks::Database> database_;
  rocks::RecoveredRows rows_;
};

}  // namespace

Result<std::unique_ptr<StoreInspector>> inspect_rocks_store(const std::string& path) {
  LEAT_TRY_ASSIGN(std::unique_ptr<rocks::Database> database,
                  rocks::Database::open_to_inspect(path));
  return std::make_unique<RocksStoreInspector>(std::move(database));
}

}  // namespace leat
