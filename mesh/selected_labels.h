// mesh/selected_labels.h
//
// The labels of proxies that an object looks at: its workload selector, and
// the source labels of its matches. Proxies that differ in no such label are
// of one class. "kubernetes.io/hostname" stands for the node they run on.
#pragma once

#include <set>
#include <string>

#include "policy/object.h"

namespace binnacle::mesh {

std::set<std::string> SelectedLabels(const policy::Object& object);

}  // namespace binnacle::mesh
