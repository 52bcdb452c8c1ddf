// server/http_listener.h
//
// What the HTTP servers here have in common: bounds on what a client may cost,
// an answer where a handler throws, a place to listen, and the thread that does.
//
// Threads  Bind(), Serve() and Stop() from one thread; handlers run on the
//          threads of the HTTP server.
// Errors   Bind(): kUnavailable, naming the address.
#pragma once

#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "httplib.h"
#include "server/host_port.h"

namespace binnacle::server {

class HttpListener {
 public:
  // `http` must outlive it.
  HttpListener(httplib::Server& http, int threads);
  ~HttpListener() { Stop(); }
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  // Returns the address, with the port that was taken. `what_for` is a word for
  // the error.
  absl::StatusOr<std::string> Bind(HostPort address, absl::string_view what_for);
  // Once `http` is bound.
  void Serve();
  // False if it was not serving.
  bool Stop();

 private:
  httplib::Server& http_;
  std::thread thread_;
};

}  // namespace binnacle::server
