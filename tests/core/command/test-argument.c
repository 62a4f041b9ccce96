/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-argument.h"
#include "drover-error.h"
#include "drover-json.h"
#include "drover-test.h"

static DroverArgument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = drover_json_parse (text, -1, &error);
  DroverArgument *argument;

  g_assert_no_error (error);
  argument = drover_argument_new_from_json (node, "arguments[3]", &error);
  g_assert_no_error (error);
  return argument;
}

static void
assert_json (DroverArgument *argument, const char *expected)
{
  g_autoptr (JsonNode) node = drover_argument_to_json (argument);
  g_autofree char *text = drover_json_to_text (node, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_option (void)
{
  static const char *const flags[][2] = {
    { "-m", "m" }, { "--m", "m" }, { "-S", "S" }, { "-", "" }, { "--", "" }, { "---m", "-m" },
  };
  g_autoptr (DroverArgument) bare = drover_argument_new (NULL, "disk.img");

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    {
      g_autoptr (DroverArgument) argument = drover_argument_new (flags[i][0], NULL);

      g_assert_cmpstr (drover_argument_get_option (argument), ==, flags[i][1]);
      g_assert_cmpstr (drover_argument_get_flag (argument), ==, flags[i][0]);
    }

  g_assert_cmpstr (drover_argument_get_option (bare), ==, "");
  g_assert_null (drover_argument_get_flag (bare));
  g_assert_cmpstr (drover_argument_get_value (bare), ==, "disk.img");
}

static void
test_json (void)
{
  static const char *const texts[] = {
    "{\"flag\":\"--m\",\"value\":\"1G\"}",
    "{\"value\":\"my disk.img\"}",
    "{\"flag\":\"-nographic\"}",
    "{\"flag\":\"-append\",\"value\":\"\"}",
    "{\"flag\":\"-append\",\"value\":\" a  b \\\"c\\\" 'd' $e\\n\"}",
    "{\"flag\":\"-blockdev\",\"value\":\"{\\\"driver\\\":\\\"raw\\\",\\\"x\\\":[1,2]}\"}",
    "{\"value\":\"x\",\"flag\":\"-name\",\"note\":\"änderung ✓\",\"enabled\":false}",
    "{\"newer\":{\"deep\":[1,null,2.5]},\"flag\":\"-m\",\"enabled\":true,\"z\":\"\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (DroverArgument) argument = parse (texts[i]);

      assert_json (argument, texts[i]);
    }
}

static void
test_bad_json (void)
{
  static const char *const bad[][2] = {
    { "7", "arguments[3]" },
    { "[]", "arguments[3]" },
    { "null", "arguments[3]" },
    { "{}", "arguments[3]" },
    { "{\"note\": \"x\"}", "arguments[3]" },
    { "{\"flag\": 7}", "arguments[3].flag" },
    { "{\"flag\": null}", "arguments[3].flag" },
    { "{\"flag\": \"-m\", \"value\": 1}", "arguments[3].value" },
    { "{\"flag\": \"-m\", \"value\": [\"1G\"]}", "arguments[3].value" },
    { "{\"flag\": \"-m\", \"value\": null}", "arguments[3].value" },
    { "{\"flag\": \"-m\", \"note\": false}", "arguments[3].note" },
    { "{\"flag\": \"-m\", \"phase\": 1}", "arguments[3].phase" },
    { "{\"flag\": \"-m\", \"enabled\": \"yes\"}", "arguments[3].enabled" },
    { "{\"flag\": \"-m\", \"enabled\": 1}", "arguments[3].enabled" },
    { "{\"flag\": \"m\"}", "“m”" },
    { "{\"flag\": \"\"}", "arguments[3]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = drover_json_parse (bad[i][0], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_argument_new_from_json (node, "arguments[3]", &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_MACHINE_FILE);
      g_assert_nonnull (strstr (error->message, bad[i][1]));
    }
}

/* An argument is a value: an edit makes another one. */
static void
test_edit (void)
{
  g_autoptr (DroverArgument) old = parse ("{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\"}");
  g_autoptr (DroverArgument) changed = drover_argument_with_value (old, "2G");
  g_autoptr (DroverArgument) without = drover_argument_with_value (old, NULL);
  g_autoptr (DroverArgument) off = drover_argument_with_enabled (old, FALSE);
  g_autoptr (DroverArgument) on = drover_argument_with_enabled (off, TRUE);
  g_autoptr (DroverArgument) noted = drover_argument_with_note (old, "n");
  g_autoptr (DroverArgument) unnoted = drover_argument_with_note (noted, "");
  g_autoptr (DroverArgument) passing = drover_argument_with_phase (old, DROVER_PHASE_INSTALL);
  g_autoptr (DroverArgument) staying = drover_argument_with_phase (passing, NULL);

  assert_json (old, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\"}");
  assert_json (changed, "{\"x\":1,\"flag\":\"-m\",\"value\":\"2G\"}");
  assert_json (without, "{\"x\":1,\"flag\":\"-m\"}");
  assert_json (off, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\",\"enabled\":false}");
  assert_json (noted, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\",\"note\":\"n\"}");
  assert_json (unnoted, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\"}");
  assert_json (on, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\"}");
  assert_json (passing, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\",\"phase\":\"install\"}");
  assert_json (staying, "{\"x\":1,\"flag\":\"-m\",\"value\":\"1G\"}");
  g_assert_cmpstr (drover_argument_get_phase (passing), ==, DROVER_PHASE_INSTALL);
  g_assert_null (drover_argument_get_phase (old));
  g_assert_false (drover_argument_get_enabled (off));
  g_assert_true (drover_argument_get_enabled (on));
  g_assert_true (drover_argument_get_enabled (old));
}

/* What was read does not change with what it was read from. */
static void
test_independent (void)
{
  g_autoptr (JsonNode) node =
    drover_json_parse ("{\"flag\":\"-m\",\"deep\":{\"a\":1}}", -1, NULL);
  g_autoptr (DroverArgument) argument = drover_argument_new_from_json (node, "", NULL);
  JsonObject *object = json_node_get_object (node);
  g_autoptr (JsonNode) copy = drover_argument_to_json (argument);

  json_object_set_string_member (object, "flag", "-x");
  json_object_set_int_member (json_object_get_object_member (object, "deep"), "a", 2);
  json_object_set_string_member (json_node_get_object (copy), "flag", "-y");
  assert_json (argument, "{\"flag\":\"-m\",\"deep\":{\"a\":1}}");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/argument/option", test_option);
  g_test_add_func ("/argument/json", test_json);
  g_test_add_func ("/argument/bad-json", test_bad_json);
  g_test_add_func ("/argument/edit", test_edit);
  g_test_add_func ("/argument/independent", test_independent);
  return drover_test_run ();
}
