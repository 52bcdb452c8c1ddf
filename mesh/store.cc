#include "mesh/store.h"

#include <utility>

namespace binnacle::mesh {

using policy::Kind;

Store::Store(MeshSettings settings)
    : settings_(std::make_shared<const MeshSettings>(std::move(settings))) {
  Derive(absl::UnixEpoch());
}

std::shared_ptr<const Snapshot> Store::snapshot() const {
  absl::MutexLock lock(&mu_);
  return snapshot_;
}

std::shared_ptr<const Snapshot> Store::Apply(const Change& change) {
  for (const policy::ObjectKey& key : change.removed) Exchange(key, nullptr);
  for (const auto& object : change.put) Exchange(object->key, object);
  return Derive(change.seen);
}

void Store::Exchange(const policy::ObjectKey& key,
                     const std::shared_ptr<const policy::Object>& now) {
  std::shared_ptr<const policy::Object> before;
  if (auto it = objects_.find(key); it != objects_.end()) before = it->second;
  if (before == now) return;
  if (now == nullptr) {
    objects_.erase(key);
  } else {
    objects_[key] = now;
  }
  switch (key.kind) {
    case Kind::kService:
    case Kind::kServiceEntry:
      endpoints_.Recheck(services_.Put(key, now, *settings_));
      endpoints_.Change(before, now);
      others_.Change(before, now);
      return;
    case Kind::kEndpoints:
    case Kind::kEndpointSlice:
    case Kind::kNode:
    case Kind::kWorkloadEntry:
      endpoints_.Change(before, now);
      return;
    case Kind::kPod:
      endpoints_.Change(before, now);
      pods_.Change(before, now);
      return;
    case Kind::kDestinationRule:
      rules_.Change(before, now, *settings_);
      others_.Change(before, now);
      return;
    case Kind::kVirtualService:
      routes_.Change(before, now, *settings_);
      others_.Change(before, now);
      return;
    default:
      others_.Change(before, now);
      return;
  }
}

std::shared_ptr<const Snapshot> Store::Derive(absl::Time seen) {
  std::shared_ptr<const Snapshot> before = snapshot();
  FactWriter writer(before.get());
  if (before == nullptr) writer.SetShared<FactKind::kSettings>("", settings_);
  services_.Derive(writer);
  endpoints_.Derive(objects_, services_, *settings_, writer);
  pods_.Derive(writer);
  rules_.Derive(*settings_, writer);
  routes_.Derive(*settings_, writer);
  others_.Derive(writer);
  if (!writer.changed()) return before;
  auto next = std::move(writer).Finish(seen);
  absl::MutexLock lock(&mu_);
  snapshot_ = next;
  return next;
}

}  // namespace binnacle::mesh
