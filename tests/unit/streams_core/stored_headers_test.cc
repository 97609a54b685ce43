// Wrong here: what only travels with a request is stored, or the headers beside it are not.
#include <gtest/gtest.h>

#include <string>

#include "streams/core/admit.h"

namespace leat {
namespace {

std::string stored(std::string_view block) {
  std::string room;
  const StoredHeaders parts = stored_headers(block, scan_publish_headers(block), room);
  EXPECT_EQ(parts.size(), parts.headers.size() + parts.headers_rest.size());
  return std::string(parts.headers).append(parts.headers_rest);
}

TEST(StoredHeaders, WithoutTheStatusAndWhoAsked) {
  EXPECT_EQ(stored(""), "");
  EXPECT_EQ(stored("NATS/1.0\r\nA: b\r\n\r\n"), "NATS/1.0\r\nA: b\r\n\r\n");
  EXPECT_EQ(stored("NATS/1.0 503 No\r\nA: b\r\n\r\n"), "NATS/1.0\r\nA: b\r\n\r\n");
  EXPECT_EQ(stored("NATS/1.0 503\r\n\r\n"), "");
  EXPECT_EQ(stored("NATS/1.0\r\nA: b\r\nNats-Request-Info: {}\r\nC: d\r\n\r\n"),
            "NATS/1.0\r\nA: b\r\nC: d\r\n\r\n");
  EXPECT_EQ(stored("NATS/1.0 1\r\nNats-Request-Info: {\n}\r\nno header\r\n"
                   "Nats-Request-Info: 2\r\n\r\n"),
            "NATS/1.0\r\nno header\r\n\r\n");
  EXPECT_EQ(stored("NATS/1.0 1\r\nNats-Request-Info: {}\r\n\r\n"), "");
}

TEST(StoredHeaders, WhatOnlyLooksLikeThemStays) {
  for (const std::string_view block :
       {"NATS/1.0\r\n\r\n", "NATS/2.0 55\r\nA: b\r\n\r\n", "NATS/1.0 503", "junk",
        "NATS/1.0\r\nA: b\nNats-Request-Info: {}\r\n\r\n",
        "NATS/1.0\r\nnats-request-info: {}\r\n\r\n", "NATS/1.0\r\nNats-Request-Info: {}"}) {
    EXPECT_EQ(stored(block), block);
  }
}

}  // namespace
}  // namespace leat
