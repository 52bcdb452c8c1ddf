// tests/translator/route_mesh.h
//
// A mesh said in YAML, and all that making routes for a sidecar in it needs.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "google/protobuf/util/json_util.h"
#include "tests/mesh/mesh_from.h"
#include "translator/route_context.h"

namespace binnacle::translator {

struct RouteMesh {
  explicit RouteMesh(absl::string_view yaml = "",
                     mesh::MeshSettings settings = mesh::DefaultSettings())
      : store(std::move(settings)), snapshot(store.Apply(mesh::Putting(yaml))), view(*snapshot) {
    proxy.ns = "default";
    proxy.envoy = {1, 40};
  }

  RouteContext Context(uint32_t port = 80) {
    return {.view = view, .proxy = proxy, .port = port, .gateways = kMesh, .origins = origins};
  }

  static constexpr absl::string_view kMesh[] = {"mesh"};
  mesh::Store store;
  std::shared_ptr<const mesh::Snapshot> snapshot;
  mesh::View view;
  ProxyClass proxy;
  Origins origins;
};

// A policy message as users write it, in JSON.
template <typename Message>
Message Said(const std::string& json) {
  Message message;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &message);
  INFO(json << ": " << read.ToString());
  REQUIRE(read.ok());
  return message;
}

// An Envoy message on one line, with Envoy's field names. Extensions that are
// packed inside stay as they are.
inline std::string Shown(const google::protobuf::Message& message) {
  return message.ShortDebugString();
}

}  // namespace binnacle::translator
