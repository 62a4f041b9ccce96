/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-test.h"
#include "json-value-laws.h"

static const char *const ugly[] = {
  "{}",
  "{ }",
  " {\n} ",
  "{\"a\":1}",
  "{\"a\" : 1 , \"b\":\"x\"}",
  "{\"b\":{},\"a\":{\"b\":{\"c\":[1,{\"a\":2}]}}}",
  "{\"a\":{\"b\":1},\"a\":{\"b\":2}}",
  "{\"a\":1,\"a\":2}",
  "{\"a\":[],\"b\":null,\"c\":true,\"d\":-1.5e+3}",
  "{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"/a,,b }\\\" \"}}",
  "{'a':'it\\'s \"x\"', 'b' : {'c':\"y'\"}}",
  "{\"\\u0061\":\"\\u00e4\\ud83d\\ude00\\n\"}",
  "{\"a.b\":1,\"a\":{\"b\":2}}",
  "{\"ä\":\"✓\"}",
  "{\"a\":[ \"x\" , {\"b\":1},[2] ],\"b\":0}",
  "{\"a\":[[3,4],{}]}",
};

static const char *const invalid[] = {
  "",
  "[]",
  "{",
  "}",
  "{\"a\"}",
  "{\"a\":}",
  "{\"a\":1,}",
  "{,}",
  "{\"a\":1}x",
  "{\"a\":01}",
  "{\"a\":1.}",
  "{\"a\":.5}",
  "{\"a\":+1}",
  "{\"a\":1e}",
  "{\"a\":tru}",
  "{\"a\":\"x}",
  "{\"a\":'x\"}",
  "{\"a\":\"\\x\"}",
  "{\"a\":\"\\u00g0\"}",
  "{\"a\":\"\\u0000\"}",
  "{\"a\":\"\t\"}",
  "{\"a\":\"\x1f\"}",
  "{\"a\":\"\xff\"}",
  "{a:1}",
  "{\"a\":1 \"b\":2}",
  "{\"a\":[1,]}",
  "{\"a\":[1 2]}",
};

static const char *const paths[] = { "a", "b", "c", "a.b", "a.b.c", "file.filename", "z", "z.y.x",
                                      "a.0", "a.1.b", "a.0.0", "a.b.c.1.a", "a.b.c.0" };

static const char *const values[] = { "", "1", "a,b", "\"", "\\", "ä✓", "}\n\x01" };

static void
test_laws (void)
{
  for (guint p = 0; p < G_N_ELEMENTS (paths); p++)
    for (guint v = 0; v < G_N_ELEMENTS (values); v++)
      {
        for (guint t = 0; t < G_N_ELEMENTS (ugly); t++)
          {
            g_assert_true (drover_json_value_is_valid (ugly[t]));
            json_value_check_laws (ugly[t], paths[p], values[v]);
          }
        for (guint t = 0; t < G_N_ELEMENTS (invalid); t++)
          {
            g_assert_false (drover_json_value_is_valid (invalid[t]));
            json_value_check_laws (invalid[t], paths[p], values[v]);
          }
      }
}

static void
assert_get (const char *text, const char *path, const char *expected)
{
  DroverJsonMember member;
  g_autofree char *value = NULL;

  g_assert_true (drover_json_value_find (text, path, &member));
  value = drover_json_value_dup (text, &member);
  g_assert_cmpstr (value, ==, expected);
}

static void
test_get (void)
{
  DroverJsonMember member;

  assert_get (ugly[8], "a", NULL);
  assert_get (ugly[8], "b", NULL);
  assert_get (ugly[8], "c", "on");
  assert_get (ugly[8], "d", "-1.5e+3");
  assert_get (ugly[9], "file.filename", "/a,,b }\" ");
  assert_get (ugly[10], "a", "it's \"x\"");
  assert_get (ugly[10], "b.c", "y'");
  assert_get (ugly[11], "a", "ä😀\n");
  assert_get ("{\"a\":\"\\ud83dx\"}", "a", "�x");
  g_assert_false (drover_json_value_find (ugly[9], "filename", &member));
  g_assert_false (drover_json_value_find (ugly[9], "file.driver.x", &member));
}

static void
assert_set (const char *text, const char *path, const char *literal, const char *expected)
{
  g_autofree char *result = drover_json_value_set (text, path, literal);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_set (void)
{
  assert_set ("{}", "a", "1", "{\"a\":1}");
  assert_set ("{\"a\":1}", "b", "2", "{\"a\":1,\"b\":2}");
  assert_set ("{ \"a\": 1 }", "b", "2", "{ \"a\": 1, \"b\": 2 }");
  assert_set ("{\n  \"a\": 1\n}", "b", "2", "{\n  \"a\": 1,\n  \"b\": 2\n}");
  assert_set ("{\"a\" : 1, \"b\":2}", "a", "\"x\"", "{\"a\" : \"x\", \"b\":2}");
  assert_set ("{\"a\":1}", "f.n", "2", "{\"a\":1,\"f\":{\"n\":2}}");
  assert_set ("{\"f\":{\"d\":1},\"z\":0}", "f.n", "2", "{\"f\":{\"d\":1,\"n\":2},\"z\":0}");
  assert_set ("{\"f\":{},\"z\":0}", "f.n", "2", "{\"f\":{\"n\":2},\"z\":0}");
  /* What is a name of another node cannot have a member. */
  assert_set ("{\"f\":\"node\"}", "f.n", "2", NULL);
  assert_set ("{\"a\":1,\"a\":2}", "a", "2", NULL);
  assert_set ("{\"l\":[ 1, 2 ]}", "l.1", "3", "{\"l\":[ 1, 3 ]}");
  assert_set ("{\"l\":[{\"s\":1},{\"s\" : 2}]}", "l.1.s", "3", "{\"l\":[{\"s\":1},{\"s\" : 3}]}");
  assert_set ("{\"l\":[{\"s\":1}]}", "l.0.t", "3", "{\"l\":[{\"s\":1,\"t\":3}]}");
  /* A list gets no new element. */
  assert_set ("{\"l\":[1]}", "l.1", "3", NULL);
  assert_set ("{\"l\":[1]}", "l.x", "3", NULL);
  assert_set ("{\"l\":[{\"s\":1}],\"z\":0}", "l.1.s", "3", NULL);
}

static void
assert_remove (const char *text, const char *path, const char *expected)
{
  g_autofree char *result = drover_json_value_remove (text, path);

  g_assert_cmpstr (result, ==, expected);
}

static void
test_remove (void)
{
  assert_remove ("{\"a\":1}", "a", "{}");
  assert_remove ("{ \"a\": 1, \"b\": 2 }", "a", "{ \"b\": 2 }");
  assert_remove ("{ \"a\": 1, \"b\": 2 }", "b", "{ \"a\": 1 }");
  assert_remove ("{\"a\":1,\"b\":2,\"c\":3}", "b", "{\"a\":1,\"c\":3}");
  assert_remove ("{\"l\":[1, 2,3]}", "l.0", "{\"l\":[2,3]}");
  assert_remove ("{\"l\":[1, 2,3]}", "l.2", "{\"l\":[1, 2]}");
  assert_remove ("{\"f\":{\"n\":1}}", "f.n", "{\"f\":{}}");
  assert_remove ("{\"f\":{\"n\":1}}", "n", "{\"f\":{\"n\":1}}");
}

/* So many brackets would overflow the stack. */
static void
test_deep (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "{\"a\":");
  g_assert_false (drover_json_value_is_valid (text->str));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/json-value/laws", test_laws);
  g_test_add_func ("/json-value/get", test_get);
  g_test_add_func ("/json-value/set", test_set);
  g_test_add_func ("/json-value/remove", test_remove);
  g_test_add_func ("/json-value/deep", test_deep);
  return drover_test_run ();
}
