#include "server/root_rotation.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"

namespace binnacle::server {
namespace {

// So many are told; that there are any is what counts.
constexpr size_t kHoldersTold = 1000;

const std::string& NameOf(const ca::IssuanceRecord& record) {
  return record.node.empty() ? record.identity : record.node;
}

bool IsConnected(const std::vector<StreamReport>& streams, const ca::IssuanceRecord& record) {
  return absl::c_any_of(streams, [&](const StreamReport& stream) {
    return record.node.empty() ? stream.identity == record.identity : stream.node_id == record.node;
  });
}

// Then its word is waited for: to have been given a bundle is not to use it.
bool AsksForBundle(const std::vector<StreamReport>& streams, const std::string& node) {
  return absl::c_any_of(streams, [&](const StreamReport& stream) {
    return stream.asks_for_trust_bundle && stream.node_id == node;
  });
}

Holder HolderOf(const std::vector<StreamReport>& streams, const ca::IssuanceRecord& record) {
  return {NameOf(record), record.identity, IsConnected(streams, record), record.not_after};
}

}  // namespace

absl::StatusOr<bool> RootRotation::Advance(const std::vector<StreamReport>& streams,
                                           const std::string& bundle) {
  const ca::AuthorityStatus status = authority_.status();
  absl::MutexLock lock(&mu_);
  waiting_.clear();
  absl::Status found;
  switch (status.phase) {
    case ca::RotationPhase::kSteady:
      leave_out_absent_ = false;
      return false;
    case ca::RotationPhase::kIntroducing:
      NoteAcknowledged(streams, bundle);
      found = FindUntrusting(streams, status.phase_since);
      break;
    case ca::RotationPhase::kRetiring:
      found = FindDependent(streams, status.retiring_issuers);
      break;
  }
  if (!found.ok()) return found;
  if (!waiting_.empty()) return false;
  const bool introducing = status.phase == ca::RotationPhase::kIntroducing;
  if (auto taken = introducing ? authority_.Activate() : authority_.Retire(); !taken.ok()) {
    return taken;
  }
  return true;
}

void RootRotation::LeaveOutAbsent() {
  absl::MutexLock lock(&mu_);
  leave_out_absent_ = true;
}

std::vector<Holder> RootRotation::waiting() const {
  absl::MutexLock lock(&mu_);
  return waiting_;
}

void RootRotation::NoteAcknowledged(const std::vector<StreamReport>& streams,
                                    const std::string& bundle) {
  if (bundle_ != bundle) {
    acknowledged_.clear();
    bundle_ = bundle;
  }
  for (const StreamReport& stream : streams) {
    if (!stream.node_id.empty() && !bundle.empty() && stream.trust_bundle == bundle) {
      acknowledged_.insert(stream.node_id);
    }
  }
}

absl::Status RootRotation::FindUntrusting(const std::vector<StreamReport>& streams,
                                          absl::Time since) {
  const auto latest = log_.LatestPerHolder(clock_.Now());
  if (!latest.ok()) return latest.status();
  absl::flat_hash_set<std::string> known;  // nodes with a certificate; credentials since
  for (const ca::IssuanceRecord& record : *latest) {
    known.insert(record.node);
    if (record.issued_at >= since) known.insert(absl::StrCat("certificate ", record.serial));
    if (acknowledged_.contains(record.node)) continue;
    if (record.issued_at >= since && !AsksForBundle(streams, record.node)) continue;
    if (record.caller == ca::kOwnCertificateCaller) continue;
    Holder holder = HolderOf(streams, record);
    if (holder.connected || !leave_out_absent_) waiting_.push_back(std::move(holder));
  }
  // Connected under a name that no certificate was asked for with.
  for (const StreamReport& stream : streams) {
    if (stream.credential.empty() || known.contains(stream.node_id)) continue;
    if (known.contains(stream.credential) || acknowledged_.contains(stream.node_id)) continue;
    const bool told = absl::c_any_of(waiting_, [&](const Holder& holder) {
      return holder.name == stream.node_id || holder.name == stream.identity;
    });
    if (!told) waiting_.push_back({stream.node_id, stream.identity, true, absl::InfinitePast()});
  }
  return absl::OkStatus();
}

absl::Status RootRotation::FindDependent(const std::vector<StreamReport>& streams,
                                         const std::vector<std::string>& issuers) {
  ca::IssuanceQuery query;
  query.valid_at = clock_.Now();
  query.issuer_fingerprints = issuers;
  query.limit = kHoldersTold;
  const auto records = log_.Find(query);
  if (!records.ok()) return records.status();
  std::map<std::string, Holder> by_name;
  for (const ca::IssuanceRecord& record : *records) {
    auto [it, added] = by_name.emplace(NameOf(record), HolderOf(streams, record));
    if (!added) it->second.expires = std::max(it->second.expires, record.not_after);
  }
  for (auto& [name, holder] : by_name) waiting_.push_back(std::move(holder));
  return absl::OkStatus();
}

}  // namespace binnacle::server
