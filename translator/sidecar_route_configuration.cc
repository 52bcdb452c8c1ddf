#include "translator/sidecar_route_configuration.h"

#include <algorithm>
#include <utility>

#include "translator/sidecar_routes.h"

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
      built_(counts) {}

SidecarRouteConfiguration::PartPtr SidecarRouteConfiguration::BuildPart(mesh::View& view,
                                                                        const std::string& host) {
  auto translated = BuildSidecarVirtualHost(view, proxy_, host, name_);
  if (!translated.has_value()) return nullptr;
  return std::make_shared<const VirtualHostPart>(VirtualHostPart::Make(*translated));
}

// True if some part is another than before.
bool SidecarRouteConfiguration::UpdateParts(const mesh::Snapshot& snapshot, const Names& names) {
  built_.Advance(snapshot);
  auto build = [&](const std::string& host) {
    return built_.Get(host, snapshot, [&](mesh::View& view) { return BuildPart(view, host); });
  };
  const auto doubtful = built_.TakeDoubtful();
  if (!doubtful.has_value() || names_ == nullptr || *names_ != names) {
    // Of names that are the same, what is remembered is found again.
    if (names_ != nullptr) {
      Names gone;
      std::set_difference(names_->begin(), names_->end(), names.begin(), names.end(),
                          std::back_inserter(gone));
      for (const std::string& host : gone) built_.Forget(host);
    }
    std::vector<PartPtr> parts;
    parts.reserve(names.size());
    for (const std::string& host : names) parts.push_back(build(host));
    const bool differs = names_ == nullptr || !std::equal(parts.begin(), parts.end(),
                                                          parts_.begin(), parts_.end(), Same);
    parts_ = std::move(parts);
    return differs;
  }
  bool differs = false;
  for (const std::string& host : *doubtful) {
    const auto place = std::lower_bound(names.begin(), names.end(), host);
    if (place == names.end() || *place != host) continue;
    PartPtr& part = parts_[static_cast<size_t>(place - names.begin())];
    PartPtr now = build(host);
    differs |= !Same(part, now);
    part = std::move(now);
  }
  return differs;
}

ResourcePtr SidecarRouteConfiguration::Assemble() {
  std::vector<PartPtr> parts;
  parts.reserve(parts_.size());
  for (const PartPtr& part : parts_) {
    if (part != nullptr) parts.push_back(part);
  }
  auto assembled = AssembleRoutes(*now_around_, parts);
  return pool_.Intern(Resource::FromBytes(ResourceType::kRoute, name_, assembled.message,
                                          std::move(assembled.origins),
                                          std::move(assembled.parts)));
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
  const bool differs = UpdateParts(snapshot, *names);
  names_ = names;
  if (differs || around != now_around_ || resource_ == nullptr) {
    now_around_ = around;
    resource_ = Assemble();
  }
  return resource_;
}

}  // namespace binnacle::translator
