/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "command-text-laws.h"
#include "drover-error.h"
#include "drover-test.h"

static GPtrArray *
read_arguments (const char *json)
{
  g_autofree char *text = g_strdup_printf (
    "{\"version\":1,\"uuid\":\"8b0c9b4e-6d0f-4a3f-9b8e-0b8a3d4c5e6f\",\"name\":\"n\","
    "\"program\":\"p\",\"arguments\":[%s]}", json);
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document = drover_document_parse (text, -1, &error);

  g_assert_no_error (error);
  return g_ptr_array_ref (drover_document_get_arguments (document));
}

static char *
arguments_to_text (GPtrArray *arguments)
{
  GString *result = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *text = law_argument_to_text (arguments->pdata[i]);

      g_string_append_printf (result, "%s%s", i > 0 ? "," : "", text);
    }

  return g_string_free_and_steal (result);
}

/* What machine.json may hold, be it sense or not. */
static const char *const ugly[] = {
  "",
  "{\"flag\":\"-m\",\"value\":\"512M\"}",
  "{\"flag\":\"--m\",\"value\":\"size=1G,,x,slots=2,\"}",
  "{\"flag\":\"-m\",\"value\":\"512M\",\"enabled\":false}",
  "{\"flag\":\"-m\",\"value\":\"512M\",\"enabled\":true,\"note\":\"\"}",
  "{\"flag\":\"-m\",\"value\":\"512M\",\"note\":\"one\\n\\ntwo\\n\",\"x-mine\":{\"a\":[1]}}",
  "{\"flag\":\"-m\",\"value\":\"512M\",\"enabled\":false,\"note\":\" # -m 1\\n-m 5\\r\"}",
  "{\"flag\":\"-m\"}",
  "{\"flag\":\"-m\",\"enabled\":false}",
  "{\"flag\":\"-m\",\"value\":\"\"}",
  "{\"flag\":\"-m\",\"value\":\",\"},{\"flag\":\"-m\",\"value\":\",,,\"}",
  "{\"flag\":\"-\"}",
  "{\"flag\":\"--\",\"value\":\"--\"}",
  "{\"flag\":\"-\",\"enabled\":false,\"note\":\"-\"}",
  "{\"flag\":\"- m\",\"value\":\" \"}",
  "{\"flag\":\"-'\\\"\\\\\\n\",\"value\":\"'\\\"\\\\\\n\\t\\u0001\\u007f\"}",
  "{\"flag\":\"-$X\",\"value\":\"$X $(a) `b` ${c}\"}",
  "{\"flag\":\"-append\",\"value\":\"root=/dev/vda it's \\\"quoted\\\" #no \\\\ comment\"}",
  "{\"flag\":\"-append\",\"value\":\"-x\"},{\"flag\":\"-append\",\"value\":\"-\"}",
  "{\"flag\":\"-append\",\"value\":\"# a\"},{\"flag\":\"-append\",\"value\":\"~/x\"}",
  "{\"flag\":\"-nographic\"}",
  "{\"flag\":\"-nographic\",\"value\":\"odd\"}",
  "{\"flag\":\"-nographic\",\"value\":\"odd\",\"enabled\":false,\"note\":\"why\"}",
  "{\"flag\":\"-unknown\"},{\"flag\":\"-unknown\",\"value\":\"a\"}",
  "{\"flag\":\"-unknown\",\"value\":\"-a\"},{\"flag\":\"-unknown\"},{\"value\":\"a\"}",
  "{\"value\":\"disk.img\"}",
  "{\"value\":\"disk.img\",\"enabled\":false}",
  "{\"value\":\"my disk.img\",\"enabled\":false,\"note\":\"a disk\"}",
  "{\"value\":\"\"},{\"value\":\"\",\"enabled\":false}",
  "{\"value\":\"-m\"},{\"value\":\"--\"},{\"value\":\"-m\",\"enabled\":false}",
  "{\"value\":\"a\\nb\",\"enabled\":false,\"note\":\"c\\nd\"}",
  "{\"value\":\"$'a'\"},{\"value\":\"{\\\"a\\\":1}\"},{\"value\":\"a&b|c;d<e>(f)!*?[g]\"}",
  ("{\"flag\":\"-m\",\"value\":\"512M\",\"note\":\"1\"},{\"flag\":\"-m\",\"value\":\"512M\"},"
   "{\"flag\":\"-m\",\"value\":\"512M\",\"note\":\"2\",\"enabled\":false}"),
  "{\"flag\":\"-device\",\"value\":\"{\\\"driver\\\":\\\"e1000\\\", \\\"id\\\" : \\\"it's\\\"}\"}",
  "{\"flag\":\"-device\",\"value\":\"{\\\"driver\\\":\\\"e1000\"}",
  "{\"flag\":\"-device\",\"value\":\"{\\\"a\\\\\"},{\"flag\":\"-device\",\"value\":\"{\"}",
  "{\"flag\":\"-device\",\"value\":\"virtio-net-pci,,x,mac=ä✓,=,noacpi,,\"}",
  "{\"flag\":\"-device\",\"value\":\"e1000,id=it's\"}",
  "{\"flag\":\"-device\",\"value\":\"\\u2029\\u0085\\u2028,a=\\u00a0\"}",
};

static void
test_ugly (void)
{
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GPtrArray) everything = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ugly); i++)
    {
      g_autoptr (GPtrArray) arguments = read_arguments (ugly[i]);

      command_text_check_arguments ("qemu-system-x86_64", arguments);
      command_text_check_arguments ("/my qemus/it's one", arguments);
      command_text_check_arguments ("-x", arguments);
      g_string_append_printf (all, "%s%s", all->len > 0 && *ugly[i] != '\0' ? "," : "", ugly[i]);
    }

  everything = read_arguments (all->str);
  command_text_check_arguments ("qemu-system-x86_64", everything);
}

static void
test_looks (void)
{
  g_autoptr (GPtrArray) arguments = read_arguments (
    "{\"flag\":\"-m\",\"value\":\"512M\",\"note\":\"enough\\nfor all\"},"
    "{\"flag\":\"-append\",\"value\":\"root=/dev/vda quiet\",\"enabled\":false},"
    "{\"flag\":\"-device\",\"value\":\"{\\\"driver\\\":\\\"e1000\\\"}\"},"
    "{\"value\":\"disk.img\",\"enabled\":false,\"note\":\"old\"},"
    "{\"flag\":\"-append\",\"value\":\"a\\tb\"}");
  g_autoptr (DroverCommandText) text = drover_command_text_new ("qemu-system-x86_64", arguments);

  g_assert_cmpstr (text->text, ==,
                   "qemu-system-x86_64\n"
                   "-m 512M  # enough\n"
                   "  # for all\n"
                   "# -append 'root=/dev/vda quiet'\n"
                   "-device '{\"driver\":\"e1000\"}'\n"
                   "# 'disk.img'  # old\n"
                   "-append $'a\\tb'\n");
}

static void
assert_token (GArray *tokens, const char *text, guint i, DroverTokenKind kind, const char *expected,
              gsize value_start, gsize value_end)
{
  const DroverToken *token = &g_array_index (tokens, DroverToken, i);
  g_autofree char *found = g_strndup (text + token->start, token->end - token->start);

  g_assert_cmpstr (found, ==, expected);
  g_assert_cmpint (token->kind, ==, kind);
  g_assert_cmpuint (token->value_start, ==, value_start);
  g_assert_cmpuint (token->value_end, ==, value_end);
}

static void
test_tokens (void)
{
  static const char text[] = "qemu\n-device 'e1000,id=it'\\''s,mac=a'\n"
                             "-device '{\"a\":\"b\\\",c\"}'\n# -m 1G  # no";
  g_autoptr (GArray) tokens = drover_command_text_tokenise (text, NULL);
  guint i = 0;

  assert_token (tokens, text, i++, DROVER_TOKEN_PROGRAM, "qemu", 0, 0);
  assert_token (tokens, text, i++, DROVER_TOKEN_FLAG, "-device", 0, 0);
  assert_token (tokens, text, i++, DROVER_TOKEN_WORD, "'e1000", 0, 5);
  assert_token (tokens, text, i++, DROVER_TOKEN_SEPARATOR, ",", 5, 6);
  assert_token (tokens, text, i++, DROVER_TOKEN_KEY, "id=", 6, 9);
  assert_token (tokens, text, i++, DROVER_TOKEN_VALUE, "it'\\''s", 9, 13);
  assert_token (tokens, text, i++, DROVER_TOKEN_SEPARATOR, ",", 13, 14);
  assert_token (tokens, text, i++, DROVER_TOKEN_KEY, "mac=", 14, 18);
  assert_token (tokens, text, i++, DROVER_TOKEN_VALUE, "a'", 18, 19);
  assert_token (tokens, text, i++, DROVER_TOKEN_FLAG, "-device", 0, 0);
  assert_token (tokens, text, i++, DROVER_TOKEN_SEPARATOR, "'{", 0, 1);
  assert_token (tokens, text, i++, DROVER_TOKEN_KEY, "\"a\":", 1, 5);
  assert_token (tokens, text, i++, DROVER_TOKEN_VALUE, "\"b\\\",c\"", 5, 12);
  assert_token (tokens, text, i++, DROVER_TOKEN_SEPARATOR, "}'", 12, 13);
  assert_token (tokens, text, i++, DROVER_TOKEN_DISABLED, "# -m 1G", 0, 2);
  assert_token (tokens, text, i++, DROVER_TOKEN_NOTE, "# no", 0, 0);
  g_assert_cmpuint (tokens->len, ==, i);
}

/* text, what it is read as */
static const char *const typed[][2] = {
  { "qemu", "" },
  { "\n\n  qemu \t\n\n-nographic\n\n", "{\"flag\":\"-nographic\"}" },
  { "qemu -m 512 -nographic disk.img -smp 2",
    "{\"flag\":\"-m\",\"value\":\"512\"},{\"flag\":\"-nographic\"},{\"value\":\"disk.img\"},"
    "{\"flag\":\"-smp\",\"value\":\"2\"}" },
  { "qemu -m \\\n  512 \\\r\n-nographic \\\n",
    "{\"flag\":\"-m\",\"value\":\"512\"},{\"flag\":\"-nographic\"}" },
  { "qemu -m 5\\\n12", "{\"flag\":\"-m\",\"value\":\"512\"}" },
  { "qemu -append \"a 'b' \\\"c\\\" \\$d \\e\"",
    "{\"flag\":\"-append\",\"value\":\"a 'b' \\\"c\\\" $d \\\\e\"}" },
  { "qemu -append a\\ b$ -append $'\\u00e4\\x41'",
    "{\"flag\":\"-append\",\"value\":\"a b$\"},{\"flag\":\"-append\",\"value\":\"äA\"}" },
  { "qemu -append 'a\nb'", "{\"flag\":\"-append\",\"value\":\"a\\nb\"}" },
  { "qemu -odd -more x y",
    "{\"flag\":\"-odd\"},{\"flag\":\"-more\",\"value\":\"x\"},{\"value\":\"y\"}" },
  { "qemu '-m' -m '-m'", "{\"value\":\"-m\"},{\"flag\":\"-m\",\"value\":\"-m\"}" },
  /* Comments. */
  { "qemu\n#-m 1 -nographic\n# -smp 2 # two",
    "{\"flag\":\"-m\",\"value\":\"1\",\"enabled\":false},"
    "{\"flag\":\"-nographic\",\"enabled\":false},"
    "{\"flag\":\"-smp\",\"value\":\"2\",\"note\":\"two\",\"enabled\":false}" },
  { "qemu # which\n# above\n-m 1 # beside\n  # below\n-nographic # x\n# last",
    "{\"flag\":\"-m\",\"value\":\"1\",\"note\":\"which\\nabove\\nbeside\\nbelow\"},"
    "{\"flag\":\"-nographic\",\"note\":\"x\\nlast\"}" },
  { "qemu -m 1 \\\n# -smp 2 \\\n-nographic",
    "{\"flag\":\"-m\",\"value\":\"1\"},{\"flag\":\"-smp\",\"value\":\"2\",\"enabled\":false},"
    "{\"flag\":\"-nographic\"}" },
  { "qemu\n# -m is too small\n# - a list\n-nographic",
    "{\"flag\":\"-nographic\",\"note\":\"-m is too small\\n- a list\"}" },
  { "qemu\n# -append it's\n-nographic#x",
    "{\"flag\":\"-nographic#x\",\"note\":\"-append it's\"}" },
  { "qemu\n-nographic #", "{\"flag\":\"-nographic\"}" },
  { "qemu\n# 'my disk.img'\n# \"b.img\" 'c.img'\n-nographic",
    "{\"value\":\"my disk.img\",\"enabled\":false},"
    "{\"flag\":\"-nographic\",\"note\":\"\\\"b.img\\\" 'c.img'\"}" },
  { "# -m 1\nqemu # which\n-nographic",
    "{\"flag\":\"-m\",\"value\":\"1\",\"enabled\":false},"
    "{\"flag\":\"-nographic\",\"note\":\"which\"}" },
};

static void
test_typed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      g_autoptr (GPtrArray) expected = read_arguments (typed[i][1]);
      g_autoptr (GPtrArray) arguments = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *program = NULL;
      gsize start;
      gsize end;

      drover_command_text_parse (typed[i][0], NULL, &program, &arguments, &start, &end, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (program, ==, "qemu");
      law_assert_same_arguments (arguments, expected, typed[i][0]);
      command_text_check_text (typed[i][0]);
    }
}

/* text, the part that is wrong, and of the message what tells it from others */
static const char *const wrong[][3] = {
  { "", "", "must be the QEMU program" },
  { "-m 512\n", "-m", "must be the QEMU program" },
  { "'' -m 512\n", "''", "must be the QEMU program" },
  { "qemu\n-append 'a b\n-m 512\n", "'a b", "has no end" },
  { "qemu\n-append x\"a b\n", "\"a b", "has no end" },
  { "qemu\n-append $'a\\'\n", "$'a\\'", "has no end" },
  { "qemu\n-append $'\\q'\n", "\\q", "escape" },
  { "qemu\n-append $'\\xff'\n", "\\xff", "escape" },
  { "qemu\n-append $'\\x00'\n", "\\x00", "escape" },
  { "qemu\n-append $'\\u00'\n", "\\u00", "escape" },
  { "qemu\n-m $RAM\n-smp $CPUS\n", "$RAM", "single quotes" },
  { "qemu\n-m a${RAM}\n", "${RAM", "single quotes" },
  { "qemu\n-m \"x $(y)\"\n", "$(y", "single quotes" },
  { "qemu\n-m `y`\n", "`", "shell" },
  { "qemu -m 512 > log\n", ">", "shell" },
  { "qemu -m 512 &\n", "&", "shell" },
  { "qemu\n-hda ~/x\n", "~", "whole path" },
  { "qemu\n-device {\"driver\":\"e1000\"}\n", "{\"driver\":\"e1000\"}", "JSON" },
  { "qemu -m 512 \\ \n-nographic\n", "\\ ", "blank" },
  { "qemu\n-m\n-nographic\n", "-m", "needs a value" },
  { "qemu\n-nographic -m # 512\n", "-m", "needs a value" },
  { "qemu\n-\n", "-", "name is missing" },
  { "qemu\n--\n", "--", "name is missing" },
  { "qemu # note\n# more\n", "# note\n# more", "note needs" },
};

static void
test_wrong (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GPtrArray) arguments = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *program = NULL;
      g_autofree char *part = NULL;
      gsize start = 0;
      gsize end = 0;

      g_test_message ("%s", wrong[i][0]);
      g_assert_false (drover_command_text_parse (wrong[i][0], NULL, &program, &arguments, &start,
                                                 &end, &error));
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_nonnull (strstr (error->message, wrong[i][2]));
      part = g_strndup (wrong[i][0] + start, end - start);
      g_assert_cmpstr (part, ==, wrong[i][1]);
      g_assert_null (arguments);
      command_text_check_text (wrong[i][0]);
    }
}

/* A text with an error still has its colours below. */
static void
test_tokens_beside_error (void)
{
  static const char text[] = "qemu\n-append 'a b\n-m 512\n";
  g_autoptr (GArray) tokens = drover_command_text_tokenise (text, NULL);

  g_assert_cmpuint (tokens->len, ==, 4);
  assert_token (tokens, text, 1, DROVER_TOKEN_FLAG, "-append", 0, 0);
  assert_token (tokens, text, 2, DROVER_TOKEN_FLAG, "-m", 0, 0);
  assert_token (tokens, text, 3, DROVER_TOKEN_WORD, "512", 0, 3);
}

#define OLD                                                                                    \
  "{\"flag\":\"-m\",\"value\":\"512\",\"id\":\"a\"},"                                          \
  "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"b\",\"note\":\"n\"},"                    \
  "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"},"                    \
  "{\"flag\":\"-nographic\",\"id\":\"d\"}"

/* text, what it is read as after OLD */
static const char *const edited[][2] = {
  /* A value. */
  { "-m 1024\n-device e1000 # n\n-device e1000 # o\n-nographic",
    "{\"flag\":\"-m\",\"value\":\"1024\",\"id\":\"a\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"b\",\"note\":\"n\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"},"
    "{\"flag\":\"-nographic\",\"id\":\"d\"}" },
  /* A flag, and a note that goes. */
  { "-mem 512\n-device e1000\n-device e1000 # o\n-nographic",
    "{\"flag\":\"-mem\",\"value\":\"512\",\"id\":\"a\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"b\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"},"
    "{\"flag\":\"-nographic\",\"id\":\"d\"}" },
  /* The first of two equal ones is removed, and one is switched off. */
  { "# -m 512\n-device e1000 # o\n-nographic",
    "{\"flag\":\"-m\",\"value\":\"512\",\"id\":\"a\",\"enabled\":false},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"},"
    "{\"flag\":\"-nographic\",\"id\":\"d\"}" },
  /* Moved, and a new one between. */
  { "-nographic\n-smp 2\n-m 512\n-device e1000 # n\n-device e1000 # o",
    "{\"flag\":\"-nographic\",\"id\":\"d\"},{\"flag\":\"-smp\",\"value\":\"2\"},"
    "{\"flag\":\"-m\",\"value\":\"512\",\"id\":\"a\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"b\",\"note\":\"n\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"}" },
  /* Of two new ones where one was, neither is the old one. */
  { "-smp 2\n-mem 1024\n-device e1000 # n\n-device e1000 # o\n-nographic",
    "{\"flag\":\"-smp\",\"value\":\"2\"},{\"flag\":\"-mem\",\"value\":\"1024\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"b\",\"note\":\"n\"},"
    "{\"flag\":\"-device\",\"value\":\"e1000\",\"id\":\"c\",\"note\":\"o\"},"
    "{\"flag\":\"-nographic\",\"id\":\"d\"}" },
  { "", "" },
};

static void
test_edited (void)
{
  g_autoptr (GPtrArray) old = read_arguments (OLD);

  for (guint i = 0; i < G_N_ELEMENTS (edited); i++)
    {
      g_autoptr (GPtrArray) arguments = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *text = g_strconcat ("qemu\n", edited[i][0], NULL);
      g_autofree char *program = NULL;
      g_autofree char *found = NULL;
      gsize start;
      gsize end;

      drover_command_text_parse (text, old, &program, &arguments, &start, &end, &error);
      g_assert_no_error (error);
      found = arguments_to_text (arguments);
      g_assert_cmpstr (found, ==, edited[i][1]);
    }
}

/* What was there is the very same object. */
static void
test_same (void)
{
  g_autoptr (GPtrArray) old = read_arguments (OLD);
  g_autoptr (DroverCommandText) text = drover_command_text_new ("qemu", old);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *program = NULL;
  gsize start;
  gsize end;

  g_assert_true (
    drover_command_text_parse (text->text, old, &program, &arguments, &start, &end, NULL));
  for (guint i = 0; i < old->len; i++)
    g_assert_true (arguments->pdata[i] == old->pdata[i]);
}

/* What is said in the file without need stays there. */
static void
test_explicitly_enabled (void)
{
  g_autoptr (GPtrArray) old =
    read_arguments ("{\"flag\":\"-m\",\"enabled\":true,\"value\":\"1\"}");
  g_autoptr (GPtrArray) arguments = NULL;
  g_autofree char *program = NULL;
  g_autofree char *found = NULL;
  gsize start;
  gsize end;

  g_assert_true (
    drover_command_text_parse ("qemu\n-m 2", old, &program, &arguments, &start, &end, NULL));
  found = arguments_to_text (arguments);
  g_assert_cmpstr (found, ==, "{\"flag\":\"-m\",\"enabled\":true,\"value\":\"2\"}");
}

static void
check_record (JsonObject *record)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  JsonArray *argv = json_object_get_array_member (record, "argv");
  const char *text = json_object_get_string_member (record, "text");

  /* As an argument of each kind, so that it does not depend on which options there are. */
  for (guint i = 1; i < json_array_get_length (argv); i++)
    {
      const char *word = json_array_get_string_element (argv, i);
      const char *next = i + 1 < json_array_get_length (argv)
                           ? json_array_get_string_element (argv, i + 1)
                           : NULL;

      if (word[0] == '-' && next != NULL && next[0] != '-')
        {
          g_ptr_array_add (arguments, drover_argument_new (word, next));
          i++;
        }
      else
        g_ptr_array_add (arguments, word[0] == '-' ? drover_argument_new (word, NULL)
                                                   : drover_argument_new (NULL, word));
    }

  command_text_check_arguments (json_array_get_string_element (argv, 0), arguments);
  command_text_check_text (text);
}

static void
test_corpus (void)
{
  g_autofree char *path =
    g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "corpus", "public.jsonl", NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_records = 0;

  if (!g_file_get_contents (path, &contents, NULL, NULL))
    {
      g_test_skip ("left out: ../shared/corpus/public.jsonl is not there");
      return;
    }

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GError) error = NULL;

      if (*lines[i] == '\0')
        continue;
      node = drover_json_parse (lines[i], -1, &error);
      g_assert_no_error (error);
      check_record (json_node_get_object (node));
      n_records++;
    }

  g_test_message ("%u records", n_records);
  g_assert_cmpuint (n_records, >, 0);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/command-text/ugly", test_ugly);
  g_test_add_func ("/command-text/looks", test_looks);
  g_test_add_func ("/command-text/tokens", test_tokens);
  g_test_add_func ("/command-text/typed", test_typed);
  g_test_add_func ("/command-text/wrong", test_wrong);
  g_test_add_func ("/command-text/tokens-beside-error", test_tokens_beside_error);
  g_test_add_func ("/command-text/edited", test_edited);
  g_test_add_func ("/command-text/same", test_same);
  g_test_add_func ("/command-text/explicitly-enabled", test_explicitly_enabled);
  g_test_add_func ("/command-text/corpus", test_corpus);
  return drover_test_run ();
}
