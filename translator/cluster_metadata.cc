#include "translator/cluster_metadata.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"

namespace binnacle::translator {
namespace {

using envoy::config::core::v3::Metadata;
using google::protobuf::Struct;

void AddService(const mesh::Service& service, Struct& istio) {
  auto& fields = *(*istio.mutable_fields())["services"]
                      .mutable_list_value()
                      ->add_values()
                      ->mutable_struct_value()
                      ->mutable_fields();
  fields["host"].set_string_value(service.host);
  fields["name"].set_string_value(service.registry == mesh::Registry::kKubernetes ? service.name
                                                                                  : service.host);
  fields["namespace"].set_string_value(service.ns);
}

}  // namespace

void SetOutboundMetadata(const Destination& destination, Metadata& metadata) {
  Struct& istio = (*metadata.mutable_filter_metadata())["istio"];
  auto& fields = *istio.mutable_fields();
  fields["default_original_port"].set_number_value(destination.port->number);
  if (destination.rule != nullptr) {
    fields["config"].set_string_value(absl::StrCat("/apis/networking.istio.io/v1alpha3/namespaces/",
                                                   destination.rule->ns, "/destination-rule/",
                                                   destination.rule->name));
  }
  if (!destination.subset.empty()) fields["subset"].set_string_value(destination.subset);
  if (destination.service->mesh_external) fields["external"].set_bool_value(true);
  AddService(*destination.service, istio);
}

void SetInboundMetadata(const mesh::Service& service, Metadata& metadata) {
  AddService(service, (*metadata.mutable_filter_metadata())["istio"]);
}

}  // namespace binnacle::translator
