// tests/server/fake_offer.h
//
// An Offer whose resources a test writes down.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/wrappers.pb.h"
#include "server/offer.h"

namespace binnacle::server {

inline ResourcePtr NewResource(ResourceType type, const std::string& name,
                               const std::string& content) {
  google::protobuf::StringValue message;
  message.set_value(content);
  return translator::Resource::Make(type, name, message, {});
}

class FakeOffer final : public Offer {
 public:
  explicit FakeOffer(uint64_t revision = 1) : revision_(revision) {}

  FakeOffer& With(ResourceType type, const std::string& name, const std::string& content = "1") {
    resources_[type][name] = NewResource(type, name, content);
    return *this;
  }
  FakeOffer& Put(const ResourcePtr& resource) {
    resources_[resource->type()][resource->name()] = resource;
    return *this;
  }
  FakeOffer& Without(ResourceType type, const std::string& name) {
    resources_[type].erase(name);
    return *this;
  }
  FakeOffer& Refers(const std::string& name, translator::References references) {
    references_[name] = std::move(references);
    return *this;
  }
  // A later offer that begins as a copy of this one.
  std::shared_ptr<FakeOffer> Next() const {
    auto next = std::make_shared<FakeOffer>(*this);
    ++next->revision_;
    return next;
  }

  std::shared_ptr<const translator::ResourceSet> All(ResourceType type) override {
    std::vector<ResourcePtr> all;
    for (const auto& [name, resource] : resources_[type]) all.push_back(resource);
    return std::make_shared<translator::ResourceSet>(std::move(all));
  }
  ResourcePtr Find(ResourceType type, absl::string_view name) override {
    auto it = resources_[type].find(std::string(name));
    return it == resources_[type].end() ? nullptr : it->second;
  }
  const translator::References& ReferencesOf(const ResourcePtr& resource) override {
    return references_[resource->name()];
  }
  uint64_t revision() const override { return revision_; }
  absl::Time seen() const override { return absl::UnixEpoch(); }

 private:
  uint64_t revision_;
  std::map<ResourceType, std::map<std::string, ResourcePtr>> resources_;
  std::map<std::string, translator::References> references_;
};

inline std::vector<std::string> Names(const std::vector<ResourcePtr>& resources) {
  std::vector<std::string> names;
  names.reserve(resources.size());
  for (const ResourcePtr& resource : resources) names.push_back(resource->name());
  return names;
}

}  // namespace binnacle::server
