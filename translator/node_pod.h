// translator/node_pod.h
//
// Whether a proxy may be believed what it says of itself, where the Pod that
// it says it runs in is known.
//
// Threads  belongs to the View's thread.
// Spec     policy facts, section 4.1 (node id and metadata).
#pragma once

#include "mesh/view.h"
#include "translator/node.h"

namespace binnacle::translator {

// True if the Pod of the node's name, or else every Pod at its addresses, is
// another namespace's, runs under another service account, or does not have a
// label that the node claims and some policy selects by. False where no such
// Pod is known: a proxy may run elsewhere.
bool PodContradicts(mesh::View& view, const Node& node);

}  // namespace binnacle::translator
