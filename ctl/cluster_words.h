// ctl/cluster_words.h
//
// What a cluster's name says: "outbound|9080|v1|reviews.default.svc.cluster.local",
// "outbound_.9080_.v1_.reviews...", "inbound|8080||". Names of another form
// ("PassthroughCluster") are a host alone.
//
// Threads  pure.
// Spec     policy facts, section 4.1.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "ctl/resource_filter.h"

namespace binnacle::ctl {

struct ClusterWords {
  absl::string_view direction;  // all point into the name
  absl::string_view port;
  absl::string_view subset;
  absl::string_view host;
};

ClusterWords ReadClusterName(absl::string_view name);

// "reviews.default:9080 v1", for people: the usual domain of a cluster's services
// goes without saying.
std::string SpeakableCluster(absl::string_view name);

// Whether `asked` names the host: whole, or its first labels
// ("reviews.default"). An empty question fits every host.
bool MeansHost(absl::string_view asked, absl::string_view host);

// Whether the filter lets a cluster of that name through.
bool IsWantedClusterName(absl::string_view name, const ResourceFilter& filter);

}  // namespace binnacle::ctl
