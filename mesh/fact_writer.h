// mesh/fact_writer.h
//
// Makes the next Snapshot from the one before: sets and erases facts, and
// notes which of them really changed.
//
// Threads  belongs to the thread that owns the Store.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "mesh/snapshot.h"

namespace binnacle::mesh {

class FactWriter {
 public:
  // `previous` may be nullptr: nothing is known yet.
  explicit FactWriter(const Snapshot* previous);

  template <FactKind K>
  const typename FactValue<K>::type* Find(absl::string_view name) const {
    return next_->template Find<K>(name);
  }

  // A value that compares equal to the one in force is no change.
  template <FactKind K>
  void Set(absl::string_view name, typename FactValue<K>::type value) {
    if (const auto* now = Find<K>(name); now != nullptr && *now == value) return;
    SetShared<K>(name, std::make_shared<const typename FactValue<K>::type>(std::move(value)));
  }

  // Always a change: for values that cannot be compared.
  template <FactKind K>
  void SetShared(absl::string_view name, std::shared_ptr<const typename FactValue<K>::type> value) {
    Put(IdOf(K, name), std::move(value));
  }

  template <FactKind K>
  void Erase(absl::string_view name) {
    Drop(IdOf(K, name));
  }

  bool changed() const { return !changed_.empty(); }

  // Ends the writing.
  std::shared_ptr<const Snapshot> Finish(absl::Time seen) &&;

 private:
  void Put(FactId id, std::shared_ptr<const void> value);
  void Drop(FactId id);

  std::shared_ptr<Snapshot> next_;
  absl::flat_hash_set<FactId> changed_;
};

}  // namespace binnacle::mesh
