// translator/serialize.h
//
// A message as bytes that are the same whenever the message is: the maps in it
// are written in order.
//
// Threads  pure.
#pragma once

#include <string>

#include "google/protobuf/message_lite.h"

namespace binnacle::translator {

std::string Serialize(const google::protobuf::MessageLite& message);

}  // namespace binnacle::translator
