/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-document.h"
#include "drover-error.h"
#include "drover-test.h"

#define UUID "b0c3a1d2-7f5e-4a6b-8c9d-0e1f2a3b4c5d"
#define HEAD "{ \"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"N\", \"program\": \"qemu\""

/* As Drover itself writes it, with what a later Drover may have added. */
static const char full[] =
  "{\n"
  "  \"later\" : {\n"
  "    \"list\" : [\n"
  "      1,\n"
  "      null,\n"
  "      {\n"
  "        \"a\" : \"ä\"\n"
  "      }\n"
  "    ]\n"
  "  },\n"
  "  \"version\" : 1,\n"
  "  \"uuid\" : \"" UUID "\",\n"
  "  \"name\" : \"Debian “arm64” \\\\ \\t\",\n"
  "  \"services\" : {\n"
  "    \"tpm\" : {\n"
  "      \"version\" : \"2.0\"\n"
  "    }\n"
  "  },\n"
  "  \"program\" : \"qemu-system-aarch64\",\n"
  "  \"arguments\" : [\n"
  "    {\n"
  "      \"flag\" : \"--m\",\n"
  "      \"value\" : \"1G,,\"\n"
  "    },\n"
  "    {\n"
  "      \"value\" : \"my disk.img\"\n"
  "    },\n"
  "    {\n"
  "      \"flag\" : \"-cpu\",\n"
  "      \"value\" : \"max\",\n"
  "      \"enabled\" : false,\n"
  "      \"note\" : \"too new\"\n"
  "    },\n"
  "    {\n"
  "      \"later\" : true,\n"
  "      \"flag\" : \"-blockdev\",\n"
  "      \"value\" : \"{\\\"driver\\\":\\\"raw\\\",\\\"file\\\":\\\"ü ,\\\"}\"\n"
  "    },\n"
  "    {\n"
  "      \"flag\" : \"-append\",\n"
  "      \"value\" : \"\"\n"
  "    },\n"
  "    {\n"
  "      \"flag\" : \"-nographic\"\n"
  "    }\n"
  "  ],\n"
  "  \"zzz\" : 2.5\n"
  "}\n";

static const char *const full_argv[] = {
  "qemu-system-aarch64", "--m", "1G,,", "my disk.img", "-blockdev",
  "{\"driver\":\"raw\",\"file\":\"ü ,\"}", "-append", "", "-nographic", NULL,
};

static DroverDocument *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  DroverDocument *document = drover_document_parse (text, -1, &error);

  g_assert_no_error (error);
  return document;
}

static void
assert_argv (DroverDocument *document, const char *const *expected)
{
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  g_assert_cmpstrv (argv, expected);
}

/* Nothing is lost, moved or written differently, known to us or not. */
static void
test_round_trip (void)
{
  g_autoptr (DroverDocument) document = parse (full);
  g_autofree char *text = drover_document_to_text (document);

  g_assert_cmpstr (text, ==, full);
  assert_argv (document, full_argv);
  g_assert_cmpstr (drover_document_get_uuid (document), ==, UUID);
  g_assert_cmpstr (drover_document_get_name (document), ==, "Debian “arm64” \\ \t");
  g_assert_cmpstr (drover_document_get_program (document), ==, "qemu-system-aarch64");
  g_assert_null (drover_document_get_accelerator (document));
  g_assert_cmpuint (drover_document_get_arguments (document)->len, ==, 6);
}

static void
test_new (void)
{
  g_autoptr (DroverDocument) a = drover_document_new ("A", "qemu-system-x86_64");
  g_autoptr (DroverDocument) b = drover_document_new ("A", "qemu-system-x86_64");
  g_autofree char *text = drover_document_to_text (a);
  g_autoptr (DroverDocument) read = parse (text);
  g_autofree char *text_again = drover_document_to_text (read);
  const char *const argv[] = { "qemu-system-x86_64", NULL };

  g_assert_true (g_uuid_string_is_valid (drover_document_get_uuid (a)));
  g_assert_cmpstr (drover_document_get_uuid (a), !=, drover_document_get_uuid (b));
  g_assert_cmpstr (text, ==, text_again);
  assert_argv (a, argv);
}

/* Each edit makes another document and leaves the first one as it was. */
static void
test_edit (void)
{
  g_autoptr (DroverDocument) document = parse (full);
  g_autoptr (DroverDocument) named = drover_document_with_name (document, "Other");
  g_autoptr (DroverDocument) automatic = drover_document_with_accelerator (named, "automatic");
  g_autoptr (DroverDocument) back = drover_document_with_accelerator (automatic, NULL);
  g_autoptr (DroverDocument) name_back =
    drover_document_with_name (back, drover_document_get_name (document));
  g_autoptr (DroverDocument) same =
    drover_document_with_arguments (document, drover_document_get_arguments (document));
  g_autofree char *text = drover_document_to_text (document);
  g_autofree char *same_text = drover_document_to_text (same);
  g_autofree char *back_text = drover_document_to_text (name_back);

  g_assert_cmpstr (drover_document_get_name (named), ==, "Other");
  g_assert_cmpstr (drover_document_get_accelerator (automatic), ==, "automatic");
  g_assert_null (drover_document_get_accelerator (back));
  g_assert_cmpstr (text, ==, full);
  g_assert_cmpstr (same_text, ==, full);
  g_assert_cmpstr (back_text, ==, full);
  assert_argv (named, full_argv);
}

/* What the document does not read itself, it keeps for those who do. */
static void
test_member (void)
{
  g_autoptr (DroverDocument) document = parse (full);
  JsonNode *services = drover_document_get_member (document, "services");
  g_autoptr (DroverDocument) without = drover_document_with_member (document, "services", NULL);
  g_autoptr (DroverDocument) again = drover_document_with_member (without, "services", services);
  g_autoptr (DroverDocument) never = drover_document_with_member (without, "services", NULL);

  g_assert_true (JSON_NODE_HOLDS_OBJECT (services));
  g_assert_null (drover_document_get_member (without, "services"));
  g_assert_false (drover_document_equal (document, without));
  g_assert_true (drover_document_equal (without, never));
  g_assert_true (json_node_equal (drover_document_get_member (again, "services"), services));
}

static void
test_no_arguments (void)
{
  g_autoptr (DroverDocument) document = parse (HEAD "}");
  const char *const argv[] = { "qemu", NULL };

  assert_argv (document, argv);
}

typedef struct
{
  const char *name;
  const char *text;
  int code;          /* of DROVER_ERROR, or -1: any error */
  const char *words; /* that the message must have */
} Bad;

static const Bad bad[] = {
  { "empty", "", -1, "empty" },
  { "blank", " \n\t ", -1, "empty" },
  { "not-json", "hello", -1, "1" },
  { "half", "{ \"version\": 1, \"uuid\"", -1, "1" },
  { "bare-word", "{ ä }", -1, "" },
  { "trailing-comma", HEAD ", }", -1, "" },
  { "two-values", HEAD "} {}", -1, "" },
  { "comment", "/* x */ " HEAD "}", -1, "" },
  { "single-quotes", "{ 'version': 1 }", -1, "" },
  { "array", "[]", DROVER_ERROR_MACHINE_FILE, "object" },
  { "text", "\"x\"", DROVER_ERROR_MACHINE_FILE, "object" },
  { "null", "null", DROVER_ERROR_MACHINE_FILE, "object" },
  { "no-members", "{}", DROVER_ERROR_MACHINE_FILE, "version" },
  { "version-2", "{ \"version\": 2 }", DROVER_ERROR_MACHINE_VERSION, "version 2" },
  { "version-0", "{ \"version\": 0 }", DROVER_ERROR_MACHINE_VERSION, "version 0" },
  { "version-negative", "{ \"version\": -3 }", DROVER_ERROR_MACHINE_FILE, "version" },
  { "version-text", "{ \"version\": \"1\" }", DROVER_ERROR_MACHINE_FILE, "version must be" },
  { "version-real", "{ \"version\": 1.5 }", DROVER_ERROR_MACHINE_FILE, "version must be" },
  { "version-null", "{ \"version\": null }", DROVER_ERROR_MACHINE_FILE, "version must be" },
  { "no-uuid", "{ \"version\": 1 }", DROVER_ERROR_MACHINE_FILE, "“uuid”" },
  { "uuid-path", "{ \"version\": 1, \"uuid\": \"../..\", \"name\": \"N\", \"program\": \"q\" }",
    DROVER_ERROR_MACHINE_FILE, "“../..”" },
  { "uuid-number", "{ \"version\": 1, \"uuid\": 7 }", DROVER_ERROR_MACHINE_FILE, "uuid must be" },
  { "name-empty", "{ \"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"\" }",
    DROVER_ERROR_MACHINE_FILE, "“name”" },
  { "name-list", "{ \"version\": 1, \"uuid\": \"" UUID "\", \"name\": [] }",
    DROVER_ERROR_MACHINE_FILE, "name must be" },
  { "no-program", "{ \"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"N\" }",
    DROVER_ERROR_MACHINE_FILE, "“program”" },
  { "program-object",
    "{ \"version\": 1, \"uuid\": \"" UUID "\", \"name\": \"N\", \"program\": {} }",
    DROVER_ERROR_MACHINE_FILE, "program must be" },
  { "accelerator-bool", HEAD ", \"accelerator\": true }", DROVER_ERROR_MACHINE_FILE,
    "accelerator must be" },
  { "arguments-text", HEAD ", \"arguments\": \"-m 1G\" }", DROVER_ERROR_MACHINE_FILE,
    "arguments must be" },
  { "arguments-null", HEAD ", \"arguments\": null }", DROVER_ERROR_MACHINE_FILE,
    "arguments must be" },
  { "argument-text", HEAD ", \"arguments\": [\"-m\"] }", DROVER_ERROR_MACHINE_FILE,
    "arguments[0]" },
  { "argument-value",
    HEAD ", \"arguments\": [{\"flag\": \"-S\"}, {\"flag\": \"-S\"}, {\"flag\": \"-S\"}, "
         "{\"flag\": \"-m\", \"value\": 1}] }",
    DROVER_ERROR_MACHINE_FILE, "arguments[3].value" },
  { "argument-flag", HEAD ", \"arguments\": [{\"flag\": \"m\"}] }", DROVER_ERROR_MACHINE_FILE,
    "arguments[0]" },
  { "large-whole", HEAD ", \"x\": [12345678901234567890] }", DROVER_ERROR_MACHINE_FILE, "number" },
  { "large-negative", HEAD ", \"x\": -12345678901234567890 }", DROVER_ERROR_MACHINE_FILE,
    "number" },
  { "large-real", HEAD ", \"x\": {\"y\": 1e400} }", DROVER_ERROR_MACHINE_FILE, "number" },
  { "half-surrogate", HEAD ", \"x\": \"\\ud800\" }", -1, "surrogate" },
  { "escaped-nul", HEAD ", \"arguments\": [{\"value\": \"a\\u0000b\"}] }",
    DROVER_ERROR_MACHINE_FILE, "u0000" },
  { "not-utf8", HEAD ", \"x\": \"\xe4\" }", DROVER_ERROR_MACHINE_FILE, "UTF-8" },
  { "surrogate", HEAD ", \"x\": \"\xed\xa0\x80\" }", DROVER_ERROR_MACHINE_FILE, "UTF-8" },
};

static void
assert_bad (const char *text, gssize length, int code, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_document_parse (text, length, &error));
  g_assert_nonnull (error);
  if (code >= 0)
    g_assert_error (error, DROVER_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_bad (gconstpointer data)
{
  const Bad *one = data;

  assert_bad (one->text, -1, one->code, one->words);
}

static void
test_raw_nul (void)
{
  static const char text[] = HEAD ", \"x\": \"a\0b\" }";

  assert_bad (text, sizeof text - 1, DROVER_ERROR_MACHINE_FILE, "NUL");
  assert_bad ("\0", 1, DROVER_ERROR_MACHINE_FILE, "NUL at byte 0");
}

/* What looks like a NUL in the text but is none. */
static void
test_no_nul (void)
{
  g_autoptr (DroverDocument) document =
    parse (HEAD ", \"arguments\": [{\"value\": \"a\\\\u0000\"}] }");
  const char *const argv[] = { "qemu", "a\\u0000", NULL };

  assert_argv (document, argv);
}

static void
test_deep (gconstpointer brackets)
{
  const char *pair = brackets;
  g_autofree char *open = g_strnfill (300, pair[0]);
  g_autofree char *close = g_strnfill (300, pair[1]);
  g_autofree char *text = g_strdup_printf (HEAD ", \"x\": %s%s }", open, close);
  g_autofree char *endless = g_strnfill (3000000, pair[0]);

  assert_bad (text, -1, DROVER_ERROR_MACHINE_FILE, "nested");
  assert_bad (endless, -1, DROVER_ERROR_MACHINE_FILE, "nested");
}

/* Brackets in a text are no nesting. */
static void
test_not_deep (void)
{
  g_autofree char *brackets = g_strnfill (300, '[');
  g_autofree char *text =
    g_strdup_printf (HEAD ", \"arguments\": [{\"value\": \"\\\"%s\"}] }", brackets);
  g_autoptr (DroverDocument) document = parse (text);
  g_auto (GStrv) argv = drover_document_dup_argv (document);

  g_assert_cmpuint (strlen (argv[1]), ==, 301);
}

/* Others' numbers keep their value. (Not always their digits: 0.1 becomes 0.10000000000000001,
 * which is the same number.) */
static void
test_numbers (void)
{
  static const char text[] =
    "{\n"
    "  \"version\" : 1,\n"
    "  \"uuid\" : \"" UUID "\",\n"
    "  \"name\" : \"N\",\n"
    "  \"program\" : \"qemu\",\n"
    "  \"a\" : 9007199254740993,\n"
    "  \"b\" : -9223372036854775807,\n"
    "  \"c\" : -0.125,\n"
    "  \"arguments\" : []\n"
    "}\n";
  g_autoptr (DroverDocument) document = parse (text);
  g_autofree char *written = drover_document_to_text (document);

  g_assert_cmpstr (written, ==, text);
}

/* Our own words and the place, not json-glib's. */
static void
test_json_errors (void)
{
  static const char *const cases[][2] = {
    { "{\n  \"name\": \"x\"\n  \"program\": \"y\"\n}",
      "line 2, character 13: a comma is missing here" },
    { "{ \"name\" \"x\" }",
      "line 1, character 8: a colon is missing between a name and its value" },
    { "[1,]", "line 1, character 3: a comma that nothing follows" },
    { "{ \"name\": yes }",
      "line 1, character 13: this is not JSON, or it ends too early" },
    { "{ \"name\": \"x\"", "line 1, character 13: this is not JSON, or it ends too early" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (drover_document_parse (cases[i][0], -1, &error));
      g_assert_cmpstr (error->message, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/document/round-trip", test_round_trip);
  g_test_add_func ("/document/new", test_new);
  g_test_add_func ("/document/edit", test_edit);
  g_test_add_func ("/document/member", test_member);
  g_test_add_func ("/document/no-arguments", test_no_arguments);
  g_test_add_func ("/document/numbers", test_numbers);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *path = g_strconcat ("/document/bad/", bad[i].name, NULL);

      g_test_add_data_func (path, &bad[i], test_bad);
    }
  g_test_add_func ("/document/bad/raw-nul", test_raw_nul);
  g_test_add_func ("/document/no-nul", test_no_nul);
  g_test_add_data_func ("/document/bad/deep-lists", "[]", test_deep);
  g_test_add_data_func ("/document/bad/deep-objects", "{}", test_deep);
  g_test_add_func ("/document/not-deep", test_not_deep);
  g_test_add_func ("/document/json-errors", test_json_errors);
  return drover_test_run ();
}
