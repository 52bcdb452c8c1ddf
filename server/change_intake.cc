#include "server/change_intake.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "policy/kind.h"

namespace binnacle::server {
namespace {

using policy::Kind;
using policy::ObjectKey;
using ObjectPtr = std::shared_ptr<const policy::Object>;

bool TellsOfEndpoints(Kind kind) {
  return kind == Kind::kEndpoints || kind == Kind::kEndpointSlice || kind == Kind::kPod ||
         kind == Kind::kNode || kind == Kind::kWorkloadEntry;
}

bool Changes(const sources::Batch& batch) { return !batch.put.empty() || !batch.removed.empty(); }

}  // namespace

bool ChangeIntake::WaitsFor(const ObjectKey& key) {
  for (; keyed_ < held_.batches.size(); ++keyed_) {
    const sources::Batch& batch = held_.batches[keyed_];
    for (const ObjectPtr& object : batch.put) held_keys_.insert(object->key);
    held_keys_.insert(batch.removed.begin(), batch.removed.end());
  }
  return held_keys_.contains(key);
}

bool ChangeIntake::MayOvertake(const std::string& source, const sources::Batch& batch) {
  if (!complete_.contains(source)) return false;
  const auto of_endpoints = [](const ObjectKey& key) { return TellsOfEndpoints(key.kind); };
  if (!absl::c_all_of(batch.removed, of_endpoints)) return false;
  if (!absl::c_all_of(batch.put, [&](const auto& o) { return of_endpoints(o->key); })) return false;
  if (held_.batches.empty()) return true;  // there is nobody to overtake
  return batch.removed.empty() &&
         absl::c_none_of(batch.put, [&](const auto& object) { return WaitsFor(object->key); });
}

void ChangeIntake::Enter(Lane& lane, const std::string& source, sources::Batch batch, Time now) {
  if (lane.empty()) lane.since = now;
  if (Changes(batch)) {
    sources::Batch& changes = lane.batches.emplace_back();
    changes.put = std::exchange(batch.put, {});
    changes.removed = std::exchange(batch.removed, {});
    changes.seen = batch.seen;
  }
  sources::Batch& said = lane.said[source];
  batch.complete |= said.complete;
  said = std::move(batch);
}

void ChangeIntake::Add(const std::string& source, sources::Batch batch, Time now) {
  if (MayOvertake(source, batch)) {
    held_.said.erase(source);  // this is newer, and told first
    return Enter(urgent_, source, std::move(batch), now);
  }
  // A beginning is no storm: nobody is served before it is over.
  hurried_ |= !complete_.contains(source);
  Enter(held_, source, std::move(batch), now);
}

ChangeIntake::Time ChangeIntake::HeldUntil() const {
  if (hurried_) return held_.since;
  const Time latest = held_.since + absl::ToChronoNanoseconds(delay_max_);
  return pushes_ > 0 ? latest : std::min(latest, std::max(quiet_from_, held_.since));
}

ChangeIntake::Time ChangeIntake::DueAt() const {
  if (!urgent_.empty()) return urgent_.since;
  return held_.empty() ? Time::max() : HeldUntil();
}

// Behind the commit of what is held.
void ChangeIntake::OpenWindow(Time now) {
  const bool is_storm = held_.since < quiet_from_ && held_.batches.size() > 1;
  window_ = is_storm ? std::max(2 * window_, kFirstWindow) : kFirstWindow;
  window_ = std::min(window_, delay_max_);
  if (now != Time::max()) quiet_from_ = now + absl::ToChronoNanoseconds(window_);
  hurried_ = false;
}

// The last word on each object.
ChangeIntake::Commit ChangeIntake::Join(std::vector<sources::Batch> batches) {
  Commit commit;
  commit.batches = batches.size();
  for (const sources::Batch& batch : batches) commit.seen = std::min(commit.seen, batch.seen);
  if (batches.size() == 1) {
    commit.put = std::move(batches[0].put);
    commit.removed = std::move(batches[0].removed);
    return commit;
  }
  absl::btree_map<ObjectKey, ObjectPtr> last;  // nullptr: removed
  for (sources::Batch& batch : batches) {
    for (ObjectKey& key : batch.removed) last[std::move(key)] = nullptr;
    for (ObjectPtr& object : batch.put) last[object->key] = std::move(object);
  }
  for (auto& [key, object] : last) {
    if (object == nullptr) {
      commit.removed.push_back(key);
    } else {
      commit.put.push_back(std::move(object));
    }
  }
  return commit;
}

std::optional<ChangeIntake::Commit> ChangeIntake::Take(Time now) {
  const bool held_is_due = !held_.empty() && now >= HeldUntil();
  if (urgent_.empty() && !held_is_due) return std::nullopt;
  Lane taken = std::exchange(urgent_, {});
  if (held_is_due) {
    // Behind the urgent ones: of one object that is in both, what is held came
    // later, or the other would not be urgent.
    if (taken.empty() || held_.since < taken.since) taken.since = held_.since;
    OpenWindow(now);
    absl::c_move(held_.batches, std::back_inserter(taken.batches));
    for (auto& [source, said] : held_.said) taken.said[source] = std::move(said);
    held_ = {};
    held_keys_.clear();
    keyed_ = 0;
  }
  Commit commit = Join(std::move(taken.batches));
  commit.said = std::move(taken.said);
  commit.since = taken.since;
  commit.has_overtaken = !held_.empty();
  for (const auto& [source, said] : commit.said) {
    if (said.complete) complete_.insert(source);
  }
  return commit;
}

}  // namespace binnacle::server
