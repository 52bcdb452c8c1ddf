#include "translator/sidecar_route_configuration.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"

namespace binnacle::translator {
namespace {

bool Same(const std::shared_ptr<const VirtualHostPart>& a,
          const std::shared_ptr<const VirtualHostPart>& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && a->message == b->message && a->origins == b->origins;
}

}  // namespace

SidecarRouteConfiguration::SidecarRouteConfiguration(std::string name, const ProxyClass& proxy,
                                                     ResourcePool& pool, MemoCounts* counts)
    : name_(std::move(name)),
      proxy_(proxy),
      pool_(pool),
      listing_(counts),
      shell_(counts),
      forms_(counts),
      built_(counts) {}

SidecarRouteConfiguration::PartPtr SidecarRouteConfiguration::Part(const mesh::Snapshot& snapshot,
                                                                   const std::string& host) {
  return built_.Get(host, snapshot, [&](mesh::View& view) -> PartPtr {
    const auto forms = forms_.Get("", view, MakeRouteForms);
    auto part = BuildSidecarVirtualHost(view, proxy_, host, name_, forms.get());
    if (!part.has_value()) return nullptr;
    return std::make_shared<const VirtualHostPart>(*std::move(part));
  });
}

SidecarRouteConfiguration::Work SidecarRouteConfiguration::UpdateAll(const mesh::Snapshot& snapshot,
                                                                     const Names& names) {
  if (names_ != nullptr) {
    Names gone;
    std::set_difference(names_->begin(), names_->end(), names.begin(), names.end(),
                        std::back_inserter(gone));
    for (const std::string& host : gone) built_.Forget(host);
  }
  VirtualHostParts parts;
  parts.reserve(names.size());
  built_.Reserve(names.size());
  for (const std::string& host : names) parts.push_back(Part(snapshot, host));
  const bool same = absl::c_equal(parts, parts_, Same);
  parts_ = std::move(parts);
  return same ? Work::kNothing : Work::kResolve;
}

SidecarRouteConfiguration::Work SidecarRouteConfiguration::UpdateSome(
    const mesh::Snapshot& snapshot, const Names& hosts) {
  Work work = Work::kNothing;
  for (const std::string& host : hosts) {
    const auto place = std::lower_bound(names_->begin(), names_->end(), host);
    if (place == names_->end() || *place != host) continue;
    const auto index = static_cast<size_t>(place - names_->begin());
    PartPtr now = Part(snapshot, host);
    const PartPtr before = std::exchange(parts_[index], now);
    if (Same(before, now)) continue;
    const bool in_place = before != nullptr && now != nullptr && resolved_[index] == before &&
                          before->domains() == now->domains();
    if (in_place) resolved_[index] = std::move(now);
    work = std::max(work, in_place ? Work::kAssemble : Work::kResolve);
  }
  return work;
}

ResourcePtr SidecarRouteConfiguration::Update(const mesh::Snapshot& snapshot) {
  const auto names = listing_.Get("", snapshot, [&](mesh::View& view) {
    auto hosts = SidecarVirtualHostNames(view, proxy_, name_);
    return hosts.has_value() ? std::make_shared<const Names>(*std::move(hosts)) : nullptr;
  });
  if (names == nullptr) return nullptr;
  const auto around = shell_.Get("", snapshot, [&](mesh::View& view) {
    return std::make_shared<const Shell>(BuildSidecarRouteShell(view, proxy_, name_));
  });
  built_.Advance(snapshot);
  const auto doubtful = built_.TakeDoubtful();
  Work work = doubtful.has_value() && names == names_ ? UpdateSome(snapshot, *doubtful)
                                                      : UpdateAll(snapshot, *names);
  if (around != around_ || resource_ == nullptr) work = Work::kResolve;
  names_ = names;
  around_ = around;
  if (work == Work::kNothing) return resource_;
  if (work == Work::kResolve) resolved_ = ResolveDomains(around->message, parts_);
  auto assembled = AssembleRoutes(*around, resolved_);
  resource_ =
      pool_.Intern(Resource::FromBytes(ResourceType::kRoute, name_, assembled.message,
                                       std::move(assembled.origins), std::move(assembled.parts)));
  return resource_;
}

}  // namespace binnacle::translator
