/* SPDX-License-Identifier: Apache-2.0 */
/* test_map_serve_http.c - requests to kist map --serve */
#include "check.h"
#include "engine/map/serve_http.h"

#define TOKEN "0123456789abcdef"
#define HOST "Host: 127.0.0.1:8080\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n"
#define WITH "?token=" TOKEN

static const struct {
	const char *text;
	int status;
	enum http_what what;
} rows[] = {
	{ GET("/" WITH) HOST "\r\n", 200, HTTP_PAGE },
	{ GET("/map.json" WITH) HOST "\r\n", 200, HTTP_MAP },
	{ GET("/events?x=1&token=" TOKEN "&y") HOST "\r\n", 200, HTTP_EVENTS },
	{ GET("/" WITH) "hOST:\t[::1]:8080 \r\n\r\n", 200, HTTP_PAGE },
	{ GET("/" WITH) "A: b\r\nHost: localhost:8080\r\n\r\n", 200,
	  HTTP_PAGE },
	/* not whole yet */
	{ "", 0, 0 },
	{ GET("/" WITH) HOST, 0, 0 },
	{ GET("/" WITH) HOST "\r", 0, 0 },
	/* without the token nothing is told, whatever the rest is */
	{ GET("/") HOST "\r\n", 403, 0 },
	{ GET("/nothing") HOST "\r\n", 403, 0 },
	{ "POST / HTTP/1.1\r\n" HOST "\r\n", 403, 0 },
	{ GET("/?token=") HOST "\r\n", 403, 0 },
	{ GET("/?token=0123456789abcde") HOST "\r\n", 403, 0 },
	{ GET("/" WITH "0") HOST "\r\n", 403, 0 },
	{ GET("/?token=0123456789abcdeF") HOST "\r\n", 403, 0 },
	{ GET("/?token=x&token=" TOKEN) HOST "\r\n", 403, 0 },
	{ GET("/?TOKEN=" TOKEN) HOST "\r\n", 403, 0 },
	/* the name of another machine that leads here */
	{ GET("/" WITH) "Host: evil.example:8080\r\n\r\n", 403, 0 },
	{ GET("/" WITH) "Host: localhost\r\n\r\n", 403, 0 },
	{ GET("/" WITH) "Host: localhost:80801\r\n\r\n", 403, 0 },
	{ GET("/" WITH) "Host: \r\n\r\n", 403, 0 },
	/* a page of elsewhere that knows the token */
	{ GET("/map.json" WITH) HOST "Origin: http://evil.example\r\n\r\n", 403,
	  0 },
	{ GET("/map.json" WITH) HOST "Origin: null\r\n\r\n", 403, 0 },
	{ GET("/map.json" WITH) HOST "Origin: http://127.0.0.1:8081\r\n\r\n",
	  403, 0 },
	{ GET("/map.json" WITH) HOST "Origin: https://127.0.0.1:8080\r\n\r\n",
	  403, 0 },
	{ GET("/map.json" WITH) HOST "origin: http://localhost:8080\r\n\r\n",
	  200, HTTP_MAP },
	/* with it */
	{ GET("/nothing" WITH) HOST "\r\n", 404, 0 },
	{ GET("//" WITH) HOST "\r\n", 404, 0 },
	{ "HEAD /" WITH " HTTP/1.1\r\n" HOST "\r\n", 405, 0 },
	/* not HTTP */
	{ GET("/" WITH) "\r\n", 400, 0 },
	{ GET("/" WITH) HOST HOST "\r\n", 400, 0 },
	{ "GET /" WITH "\r\n" HOST "\r\n", 400, 0 },
	{ "GET  HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET http://x/" WITH " HTTP/1.1\r\n" HOST "\r\n", 400, 0 },
	{ "GET /" WITH " HTTP/2\r\n" HOST "\r\n", 400, 0 },
	{ "\r\n\r\n", 400, 0 },
};

static void a_request_gets_what_it_deserves(void **state)
{
	EACH(row, rows) {
		enum http_what what = HTTP_PAGE;

		CASE(row->text);
		assert_int_equal(http_judge(row->text, strlen(row->text), 8080,
					    TOKEN, &what),
				 row->status);
		if (row->status == 200)
			assert_int_equal(what, row->what);
	}
}

static void a_request_has_an_end(void **state)
{
	static char long_one[HTTP_REQUEST_MAX];
	enum http_what what;

	memset(long_one, 'a', sizeof(long_one));
	assert_int_equal(http_judge(long_one, sizeof(long_one) - 1, 8080, TOKEN,
				    &what),
			 0);
	assert_int_equal(http_judge(long_one, sizeof(long_one), 8080, TOKEN,
				    &what),
			 431);
	assert_int_equal(http_judge("a\0b", 3, 8080, TOKEN, &what), 400);
}

static void an_answer_says_how_long_it_is_and_may_not_be_kept(void **state)
{
	CLEANUP_BUF struct buf out;

	buf_init(&out);
	http_answer(&out, 405, "text/plain", "no\n", 3);
	assert_non_null(
		strstr(out.data, "HTTP/1.1 405 Method Not Allowed\r\n"));
	assert_non_null(strstr(out.data, "\r\nAllow: GET\r\n"));
	assert_non_null(strstr(out.data, "\r\nCache-Control: no-store\r\n"));
	assert_non_null(strstr(out.data, "\r\nContent-Length: 3\r\n\r\nno\n"));
	assert_null(strstr(out.data, "Access-Control"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gets_what_it_deserves),
		cmocka_unit_test(a_request_has_an_end),
		cmocka_unit_test(
			an_answer_says_how_long_it_is_and_may_not_be_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
