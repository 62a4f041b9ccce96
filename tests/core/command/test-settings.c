/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <json-glib/json-glib.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-option.h"
#include "drover-part.h"
#include "drover-setting.h"
#include "drover-test.h"
#include "drover-value.h"
#include "keyval-laws.h"

/* Every row of every table, at each of its places, in arguments as ugly as people write them,
 * against the laws of drover-setting.c. A row or a place that no law was held against fails. */

static const char *const kinds[] = {
  NULL,
  DROVER_PART_DISK,
  DROVER_PART_CARD,
  DROVER_PART_SOUND,
  DROVER_PART_NUMA,
  DROVER_PART_SHARE,
  DROVER_PART_OBJECT,
  DROVER_PART_CHARACTER,
  DROVER_PART_DEVICE,
};

static const DroverSetting *const *
list (const char *kind, guint *n)
{
  return kind != NULL ? drover_settings_list_for (kind, n) : drover_settings_list (n);
}

typedef void (*RowFunc) (const char *kind, const DroverSetting *setting);

static void
for_each_row (RowFunc func)
{
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      guint n;
      const DroverSetting *const *rows = list (kinds[k], &n);

      g_assert_cmpuint (n, >, 0);
      for (guint i = 0; i < n; i++)
        func (kinds[k], rows[i]);
    }
}

/* The tables themselves */

static gboolean
is_in (const char *const *texts, const char *text)
{
  return g_strv_contains (texts, text);
}

static void
check_words (const DroverSetting *setting)
{
  static const char *const pages[] = { "machine",  "cpu",         "memory",  "disks",
                                       "network",  "devices",     "display", "sound",
                                       "firmware", "accelerator", "sharing", "boot",
                                       "rest",     NULL };
  static const char *const vocabulary[] = { "machines",  "cpus",         "cpu-flags",
                                            "accelerators", "netdevs",   "nic-models",
                                            "displays",  "vgas",         "audiodevs",
                                            "sound-models", "chardevs",  "objects",
                                            "memory-backends", "tpms",   "block-formats",
                                            "disk-buses", "keyboards",   "devices",
                                            NULL };

  g_assert_true (is_in (pages, setting->page));
  g_assert_true (setting->title != NULL && *setting->title != '\0');
  g_assert_false (g_str_has_suffix (setting->title, "."));
  g_assert_true (g_utf8_validate (setting->summary, -1, NULL));
  g_assert_cmpint (g_utf8_strlen (setting->summary, -1), >, 5);
  g_assert_true (setting->suggest == NULL || is_in (vocabulary, setting->suggest) ||
                 g_str_has_prefix (setting->suggest, "devices:"));
  g_assert_true (setting->maximum == 0 || setting->maximum >= setting->minimum);
}

static void
check_place (const char *kind, const DroverSetting *setting, const DroverPlace *place)
{
  const char *main_key = drover_value_get_main_key (place->option);
  const DroverOption *option = drover_option_find (place->option);

  g_assert_nonnull (option);
  g_assert_cmpint (option->takes_value, ==, place->key != NULL || place->means == NULL);
  if (place->key != NULL)
    g_assert_cmpint (option->grammar, ==, DROVER_OPTION_KEYVAL);
  g_assert_cmpint (place->half == DROVER_HALF_WHOLE, ==, kind == NULL);
  /* An argument is asked for by its main key, and only one that has one. */
  if (place->key != NULL && place->means != NULL)
    {
      g_assert_nonnull (main_key);
      /* With but one thing it could say it would be no setting. */
      if (g_str_equal (place->key, main_key))
        g_assert_nonnull (strpbrk (place->means, "|*!"));
    }
  if (place->key == NULL && place->means != NULL)
    g_assert_true (drover_setting_check (setting, place->means, NULL));
}

static void
check_row (const char *kind, const DroverSetting *setting)
{
  static const char *const two_states[] = { "on", "off", NULL };

  g_test_message ("%s", setting->id);
  check_words (setting);
  g_assert_true (drover_setting_find (setting->id) == setting);
  g_assert_nonnull (setting->places[0].option);
  g_assert_null (setting->places[DROVER_SETTING_N_PLACES - 1].option);
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    check_place (kind, setting, place);

  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    {
      g_assert_true (drover_setting_check (setting, setting->choices[i], NULL));
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (setting->choices[i], !=, setting->choices[j]);
    }
  /* What is only on or off is a switch. */
  if (setting->choices != NULL && g_strv_length ((GStrv) setting->choices) == 2)
    g_assert_false (is_in (setting->choices, two_states[0]) &&
                    is_in (setting->choices, two_states[1]));
  if (setting->kind == DROVER_SETTING_SWITCH)
    g_assert_null (setting->choices);
}

static gboolean
is_same_place (const DroverPlace *a, const DroverPlace *b)
{
  return g_str_equal (a->option, b->option) && g_strcmp0 (a->key, b->key) == 0 &&
         g_strcmp0 (a->means, b->means) == 0 && a->half == b->half;
}

/* What stands at one place is shown in one row. */
static void
check_distinct (const char *kind, const DroverSetting *setting)
{
  guint n;
  const DroverSetting *const *rows = list (kind, &n);
  guint n_same = 0;

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    for (guint i = 0; i < n; i++)
      for (const DroverPlace *other = rows[i]->places; other->option != NULL; other++)
        if (is_same_place (place, other) &&
            (setting->kind == DROVER_SETTING_FLAGS) == (rows[i]->kind == DROVER_SETTING_FLAGS))
          {
            n_same++;
            g_assert_true (rows[i] == setting);
          }

  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    n_same--;
  g_assert_cmpuint (n_same, ==, 0);
}

static void
test_tables (void)
{
  for_each_row (check_row);
  for_each_row (check_distinct);
  g_assert_null (drover_setting_find ("memory"));
  g_assert_null (drover_setting_find (""));
}

/* The laws hold for any words, also for misspelt ones. So the words themselves are held against a
 * file, with a line for each place; with DROVER_TEST_REGENERATE=1 in the environment it is
 * written first, to be looked over. */

static GString *printed;

static void
print_row (const char *kind, const DroverSetting *setting)
{
  static const char *const types[] = {
    [DROVER_SETTING_SWITCH] = "switch",   [DROVER_SETTING_INTEGER] = "integer",
    [DROVER_SETTING_SIZE] = "size",       [DROVER_SETTING_TEXT] = "text",
    [DROVER_SETTING_CHOICE] = "choice",   [DROVER_SETTING_PATH] = "path",
    [DROVER_SETTING_FLAGS] = "flags",     [DROVER_SETTING_LIST] = "list",
  };
  static const char *const halves[] = {
    [DROVER_HALF_WHOLE] = "", [DROVER_HALF_FRONT] = " front", [DROVER_HALF_BACK] = " back",
    [DROVER_HALF_FILE] = " file",
  };

  g_string_append_printf (printed, "%s on %s: %s", setting->id, setting->page,
                          types[setting->kind]);
  for (guint i = 0; setting->choices != NULL && setting->choices[i] != NULL; i++)
    g_string_append_printf (printed, " %s", setting->choices[i]);
  g_string_append_c (printed, '\n');
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    g_string_append_printf (printed, "  -%s%s%s%s%s%s\n", place->option,
                            place->key != NULL ? " " : "", place->key != NULL ? place->key : "",
                            place->means != NULL ? " means " : "",
                            place->means != NULL ? place->means : "", halves[place->half]);
}

static void
test_words (void)
{
  g_autofree char *path =
    g_test_build_filename (G_TEST_DIST, "core", "command", "golden", "settings.txt", NULL);
  g_autofree char *expected = NULL;
  g_auto (GStrv) expected_lines = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;

  printed = g_string_new (NULL);
  for_each_row (print_row);
  if (g_strcmp0 (g_getenv ("DROVER_TEST_REGENERATE"), "1") == 0)
    g_file_set_contents (path, printed->str, -1, &error);
  g_assert_no_error (error);

  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  expected_lines = g_strsplit (expected, "\n", -1);
  lines = g_strsplit (printed->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL && expected_lines[i] != NULL; i++)
    g_assert_cmpstr (lines[i], ==, expected_lines[i]);
  g_assert_cmpuint (g_strv_length (lines), ==, g_strv_length (expected_lines));
  g_string_free (printed, TRUE);
}

/* The laws */

/* How often a law was held against each place, by what the law is. */
static GHashTable *held;

static void
hold (const char *law, const DroverSetting *setting, const DroverPlace *place)
{
  g_hash_table_add (held, g_strdup_printf ("%s %s %d", law, setting->id,
                                           (int) (place - setting->places)));
}

static gboolean
was_held (const char *law, const DroverSetting *setting, const DroverPlace *place)
{
  g_autofree char *key =
    g_strdup_printf ("%s %s %d", law, setting->id, (int) (place - setting->places));

  return g_hash_table_contains (held, key);
}

typedef struct
{
  const DroverSetting *setting;
  const DroverPlace *place;
  GPtrArray *arguments;
  guint index;          /* of the argument that the place is in */
  DroverScope scope;
  const char *value;    /* what the setting has there */
  const char *same;     /* the same in another spelling */
  const char *other;    /* what it could have instead */
  gboolean is_json;
} Case;

static gboolean
is_whole (const DroverSetting *setting, const DroverPlace *place)
{
  return place->key == NULL && setting->kind != DROVER_SETTING_FLAGS;
}

static gboolean
is_main (const DroverPlace *place)
{
  return g_strcmp0 (place->key, drover_value_get_main_key (place->option)) == 0;
}

static const char *
implied_key (const char *option)
{
  return g_str_equal (option, "smbios") ? NULL : drover_value_get_main_key (option);
}

/* A text that @means allows; @n tells several apart. */
static char *
make_meaning (const char *means, guint n)
{
  g_auto (GStrv) words = g_strsplit (means, "|", -1);
  guint n_words = g_strv_length (words);
  g_autoptr (GString) word = g_string_new (words[n % n_words]);

  if (*means == '!')
    return g_strdup_printf ("not-%s%u", means + 1, n);

  g_string_replace (word, "*", n < n_words ? "-a" : "-b", 0);
  return g_strdup (word->str);
}

static gboolean
is_id (const DroverPlace *place)
{
  return g_strcmp0 (drover_option_find (place->option)->id_key, place->key) == 0 &&
         place->key != NULL;
}

static void
choose_values (Case *test, char **value, char **same, char **other)
{
  static const char *const values[][3] = {
    [DROVER_SETTING_TEXT] = { "va l,ue=1,", "va l,ue=1,", "ö\"ther" },
    [DROVER_SETTING_INTEGER] = { "16", "0x10", "17" },
    [DROVER_SETTING_SIZE] = { "1G", "1024M", "1.5G" },
    [DROVER_SETTING_SWITCH] = { "on", "yes", "off" },
    [DROVER_SETTING_CHOICE] = { "alpha", "alpha", "be ta" },
    [DROVER_SETTING_PATH] = { "/my disks/a,b.img", "/my disks/a,b.img", "c.img" },
    [DROVER_SETTING_FLAGS] = { "+x,y=off", "+x,y=off", "-x" },
    [DROVER_SETTING_LIST] = { "kvm", "kvm", "tcg" },
  };
  static const char *const ids[] = { "alpha", "alpha", "beta" };
  const char *const *chosen = values[test->setting->kind];

  if (is_id (test->place))
    chosen = ids;
  *value = g_strdup (chosen[0]);
  *same = g_strdup (chosen[1]);
  *other = g_strdup (chosen[2]);
  if (test->place->means == NULL || (test->place->key != NULL && !is_main (test->place)))
    return;

  g_free (*value);
  g_free (*same);
  *value = make_meaning (test->place->means, 0);
  *same = g_strdup (*value);
  if (test->place->key != NULL)
    {
      g_free (*other);
      *other = make_meaning (test->place->means, strchr (test->place->means, '|') ? 1 : 2);
    }
  else if (test->setting->kind == DROVER_SETTING_SWITCH)
    g_set_str (other, g_str_equal (*value, "on") ? "off" : "on");
}

static DroverArgument *
make_argument (const char *option, const char *value)
{
  g_autofree char *flag = *option != '\0' ? g_strconcat ("-", option, NULL) : NULL;

  return drover_argument_new (flag, value);
}

/* What the argument must say besides for the place to be there; with `,` or `=` as in keyval. */
static char *
make_prefix (const DroverPlace *place)
{
  const char *main_key = drover_value_get_main_key (place->option);
  g_autofree char *meaning = place->means != NULL ? make_meaning (place->means, 0) : NULL;

  if (is_main (place) || (meaning == NULL && !drover_value_needs_main_key (place->option)))
    return g_strdup ("");
  if (meaning == NULL)
    meaning = g_strdup ("main");

  return implied_key (place->option) != NULL ? g_strdup_printf ("%s,", meaning)
                                             : g_strdup_printf ("%s=%s,", main_key, meaning);
}

static void
add_json_values (const DroverSetting *setting, const DroverPlace *place, const char *value,
                 GPtrArray *values)
{
  static const char *const options[] = { "device", "object",   "blockdev", "netdev",
                                         "audiodev", "display", NULL };
  const char *main_key = drover_value_get_main_key (place->option);
  g_autofree char *meaning = place->means != NULL ? make_meaning (place->means, 0)
                                                  : g_strdup ("main");
  g_autofree char *escaped = NULL;
  g_autofree char *literal = NULL;
  g_autofree char *main_member = NULL;
  g_autoptr (GString) member = g_string_new (NULL);
  g_auto (GStrv) steps = NULL;

  if (!is_in (options, place->option) || place->key == NULL)
    return;

  escaped = g_strescape (value, "ö\303\266");
  literal = g_strdup_printf ("\"%s\"", escaped);
  if (setting->kind == DROVER_SETTING_INTEGER)
    g_set_str (&literal, value);
  else if (setting->kind == DROVER_SETTING_SWITCH)
    g_set_str (&literal, "true");
  if (!is_main (place))
    main_member = g_strdup_printf ("\"%s\" : \"%s\" ,", main_key, meaning);

  steps = g_strsplit (place->key, ".", -1);
  for (guint i = 0; steps[i] != NULL; i++)
    g_string_append_printf (member, "\"%s\": %s", steps[i],
                            steps[i + 1] != NULL ? "{\"zz\" :[ 1,\"}\" ], " : literal);
  for (guint i = 1; steps[i] != NULL; i++)
    g_string_append_c (member, '}');

  g_ptr_array_add (values, g_strdup_printf ("{%s%s}", main_member != NULL ? main_member : "",
                                            member->str));
  g_ptr_array_add (values,
                   g_strdup_printf ("{ \"z\":[{\"%s\":1}], %s%s\n, \"zzz\": \"a,,\\\"b\" }",
                                    place->key, main_member != NULL ? main_member : "",
                                    member->str));
}

/* The ways in which an argument can say @value at that place. */
static GPtrArray *
make_values (const DroverSetting *setting, const DroverPlace *place, const char *value)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *prefix = NULL;
  g_autofree char *escaped = drover_keyval_escape (value);

  if (is_whole (setting, place))
    {
      g_ptr_array_add (values, place->means != NULL ? NULL : g_strdup (value));
      return values;
    }
  if (g_str_equal (place->option, "cpu"))
    {
      g_ptr_array_add (values, place->key != NULL ? g_strdup (value)
                                                  : g_strconcat ("host,", value, NULL));
      if (place->key != NULL)
        g_ptr_array_add (values, g_strconcat (value, ",+a,,b=off,", NULL));
      return values;
    }

  prefix = make_prefix (place);
  if (is_main (place) && implied_key (place->option) != NULL && strchr (value, '=') == NULL)
    {
      g_ptr_array_add (values, g_strdup (escaped));
      g_ptr_array_add (values, g_strdup_printf ("%s,zz=a,,b,zzz,", escaped));
    }
  g_ptr_array_add (values, g_strdup_printf ("%s%s=%s", prefix, place->key, escaped));
  g_ptr_array_add (values, g_strdup_printf ("%s%s=%s,", prefix, place->key, escaped));
  g_ptr_array_add (values, g_strdup_printf ("%szz= a,,b ,%s=%s,zzz", prefix, place->key, escaped));
  g_ptr_array_add (values, g_strdup_printf ("%szz=,%s=%s,zzzz=,,,", prefix, place->key, escaped));
  add_json_values (setting, place, value, values);
  return values;
}

static char *
print_argument (DroverArgument *argument)
{
  g_autoptr (JsonNode) node = drover_argument_to_json (argument);

  return drover_json_to_text (node, FALSE);
}

static char *
print_arguments (GPtrArray *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *argument = print_argument (arguments->pdata[i]);

      g_string_append_printf (text, "%s\n", argument);
    }

  return g_string_free_and_steal (text);
}

/* The argument between others that are no business of any row, and behind one like it that is
 * switched off. */
static void
surround (Case *test, const char *value)
{
  g_autoptr (DroverArgument) twin = make_argument (test->place->option, value);

  test->arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_ptr_array_add (test->arguments, drover_argument_new ("-x-before", "a,,b=c, "));
  g_ptr_array_add (test->arguments, drover_argument_with_enabled (twin, FALSE));
  g_ptr_array_add (test->arguments, drover_argument_new ("--x-flag", NULL));
  test->index = test->arguments->len;
  g_ptr_array_add (test->arguments, make_argument (test->place->option, value));
  g_ptr_array_add (test->arguments, drover_argument_new ("-x-after", "{\"a\":1}"));
  test->scope = (DroverScope) { -1, -1, -1 };
  if (test->place->half == DROVER_HALF_FRONT)
    test->scope.front = test->index;
  if (test->place->half == DROVER_HALF_BACK)
    test->scope.back = test->index;
  if (test->place->half == DROVER_HALF_FILE)
    test->scope.file = test->index;
  test->is_json = value != NULL && *value == '{';
}

static void
assert_reads (Case *test, GPtrArray *arguments, DroverSettingState state, const char *text)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (test->setting, arguments, &test->scope);

  if (reading->state != state)
    {
      g_autofree char *all = print_arguments (arguments);

      g_error ("%s: read state %d (“%s”) and not %d of\n%s", test->setting->id, reading->state,
               reading->text, state, all);
    }
  if (text != NULL && !drover_setting_equal (test->setting, reading->text, text))
    g_error ("%s: read “%s” and not “%s”", test->setting->id, reading->text, text);
}

static GPtrArray *
write_value (Case *test, GPtrArray *arguments, const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *result =
    drover_setting_write (test->setting, arguments, &test->scope, text, &error);

  if (result == NULL)
    {
      g_autofree char *all = print_arguments (arguments);

      g_error ("%s := “%s”: %s\n%s", test->setting->id, text, error->message, all);
    }
  return result;
}

static void
assert_unchanged (Case *test, GPtrArray *result)
{
  g_autofree char *before = print_arguments (test->arguments);
  g_autofree char *after = print_arguments (result);

  if (!g_str_equal (before, after))
    g_error ("%s: an equal value changed\n%sinto\n%s", test->setting->id, before, after);
}

/* All arguments but that of the test are there still, in their order, byte for byte; at most one
 * is new. */
static void
assert_others (Case *test, GPtrArray *result)
{
  guint j = 0;

  for (guint i = 0; i < test->arguments->len; i++)
    {
      g_autofree char *expected = print_argument (test->arguments->pdata[i]);
      gboolean found = FALSE;

      for (; i != test->index && j < result->len && !found; j++)
        {
          g_autofree char *text = print_argument (result->pdata[j]);

          found = g_str_equal (text, expected);
        }
      if (i != test->index && !found)
        g_error ("%s: “%s” is gone", test->setting->id, expected);
    }

  g_assert_cmpuint (result->len, <=, test->arguments->len + 1);
}

static void
remove_path (JsonObject *object, const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, ".", 2);

  if (steps[1] == NULL)
    json_object_remove_member (object, path);
  else if (json_object_has_member (object, steps[0]))
    remove_path (json_object_get_object_member (object, steps[0]), steps[1]);
}

/* What an argument's value says besides the key of the test, by a reader that shares nothing with
 * the one that is tested. */
static char *
describe_others (Case *test, const char *value)
{
  const DroverPlace *place = test->place;
  guint n;
  const char *last;

  if (test->is_json)
    {
      g_autoptr (JsonNode) node = drover_json_parse (value, -1, NULL);

      g_assert_nonnull (node);
      remove_path (json_node_get_object (node), place->key);
      return drover_json_to_text (node, FALSE);
    }
  if (g_str_equal (place->option, "cpu"))
    return g_strdup (place->key != NULL ? value + strcspn (value, ",") : "");

  return law_describe (value, implied_key (place->option), place->key, &n, &last);
}

static void
assert_other_keys (Case *test, GPtrArray *result)
{
  const char *before = drover_argument_get_value (test->arguments->pdata[test->index]);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;

  if (is_whole (test->setting, test->place))
    return;

  expected = describe_others (test, before);
  found = describe_others (test, drover_argument_get_value (result->pdata[test->index]));
  g_assert_cmpstr (found, ==, expected);
}

static void
check_get_put (Case *test)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (test->setting, test->arguments, &test->scope);
  g_autoptr (GPtrArray) put = NULL;
  g_autoptr (GPtrArray) same = NULL;
  const char *value = drover_argument_get_value (test->arguments->pdata[test->index]);

  assert_reads (test, test->arguments, DROVER_SETTING_VALUE, test->value);
  g_assert_cmpint (reading->argument, ==, test->index);
  g_assert_cmpuint (reading->start, <=, reading->end);
  g_assert_cmpuint (reading->end, <=, value != NULL ? strlen (value) : 0);
  g_assert_true (drover_setting_stands_at (test->setting, test->arguments, &test->scope,
                                           test->index, reading->start));
  g_assert_true (drover_setting_applies (test->setting, test->arguments, &test->scope));

  put = write_value (test, test->arguments, reading->text);
  assert_unchanged (test, put);
  same = write_value (test, test->arguments, test->same);
  assert_unchanged (test, same);
  hold ("GetPut", test->setting, test->place);
}

static void
check_put_get (Case *test)
{
  g_autoptr (GPtrArray) put = write_value (test, test->arguments, test->other);
  g_autofree char *words =
    drover_setting_dup_words (test->setting, test->arguments, &test->scope, test->other);
  gboolean is_presence = is_whole (test->setting, test->place) && test->place->means != NULL;
  gboolean is_gone = is_presence && put->len < test->arguments->len;

  /* `-S` can only say “off” by not being there. */
  if (is_gone)
    assert_reads (test, put, DROVER_SETTING_ABSENT, NULL);
  else
    {
      assert_reads (test, put, DROVER_SETTING_VALUE, test->other);
      g_assert_nonnull (words);
    }
  assert_others (test, put);
  if (!is_presence)
    assert_other_keys (test, put);
  hold ("PutGet", test->setting, test->place);
}

/* What says the kind of an argument cannot go while the argument says other things. */
static gboolean
is_kept_by_others (Case *test)
{
  const DroverPlace *place = test->place;
  const char *value = drover_argument_get_value (test->arguments->pdata[test->index]);
  g_autoptr (GPtrArray) cleared = NULL;
  g_autoptr (GError) error = NULL;

  if (place->key == NULL || place->means != NULL || value == NULL ||
      !drover_value_holds_others (place->option, value, place->key))
    return FALSE;

  cleared =
    drover_setting_write (test->setting, test->arguments, &test->scope, NULL, &error);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_null (cleared);
  hold ("Clear", test->setting, test->place);
  return TRUE;
}

static void
check_clear (Case *test)
{
  g_autoptr (GPtrArray) cleared = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) made = NULL;
  gboolean is_gone;

  if (is_kept_by_others (test))
    return;

  cleared = write_value (test, test->arguments, NULL);
  is_gone = cleared->len < test->arguments->len;
  assert_others (test, cleared);
  if (!is_gone)
    assert_other_keys (test, cleared);
  if (is_gone && test->place->half != DROVER_HALF_WHOLE)
    test->scope = (DroverScope) { -1, -1, -1 };
  assert_reads (test, cleared, DROVER_SETTING_ABSENT, NULL);

  again = write_value (test, cleared, NULL);
  g_assert_cmpuint (again->len, ==, cleared->len);

  /* What has been cleared can be made anew where its argument still is. */
  if (!is_gone && !g_str_equal (test->place->option, "cpu"))
    {
      made = write_value (test, cleared, test->value);
      assert_reads (test, made, DROVER_SETTING_VALUE, test->value);
      assert_others (test, made);
    }
  hold ("Clear", test->setting, test->place);
}

static void
assert_refuses (Case *test, GPtrArray *arguments, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = print_arguments (arguments);
  g_autofree char *after = NULL;

  g_assert_null (drover_setting_write (test->setting, arguments, &test->scope, text, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  after = print_arguments (arguments);
  g_assert_cmpstr (after, ==, before);
}

/* Set again: in a second argument, or in the same one. */
static void
check_conflict (Case *test)
{
  gboolean is_list = test->setting->kind == DROVER_SETTING_LIST;
  DroverArgument *argument = test->arguments->pdata[test->index];
  const char *value = drover_argument_get_value (argument);

  if (test->place->half == DROVER_HALF_WHOLE &&
      (!is_list || g_str_equal (test->place->option, "machine")))
    {
      g_autoptr (DroverArgument) second = make_argument (test->place->option, value);

      g_ptr_array_add (test->arguments, g_steal_pointer (&second));
      assert_reads (test, test->arguments, DROVER_SETTING_CONFLICT, NULL);
      assert_refuses (test, test->arguments, test->value);
      assert_refuses (test, test->arguments, test->other);
      assert_refuses (test, test->arguments, NULL);
      g_ptr_array_remove_index (test->arguments, test->arguments->len - 1);
      hold ("Conflict", test->setting, test->place);
    }
  if (!is_whole (test->setting, test->place) && !test->is_json &&
      !g_str_equal (test->place->option, "cpu"))
    {
      g_autofree char *escaped = drover_keyval_escape (test->value);
      g_autofree char *twice =
        g_strdup_printf ("%s%s%s=%s", value, g_str_has_suffix (value, ",") ? "" : ",",
                         test->place->key, escaped);

      /* After a doubled comma the text would go on with the value. */
      if (g_str_has_suffix (value, ",,"))
        return;
      test->arguments->pdata[test->index] = drover_argument_with_value (argument, twice);
      drover_argument_unref (argument);
      assert_reads (test, test->arguments, DROVER_SETTING_CONFLICT, NULL);
      assert_refuses (test, test->arguments, test->other);
      assert_refuses (test, test->arguments, NULL);
      hold ("Conflict", test->setting, test->place);
    }
}

static void
check_case (Case *test, const char *value)
{
  surround (test, value);
  check_get_put (test);
  check_put_get (test);
  check_conflict (test);
  g_ptr_array_unref (test->arguments);

  surround (test, value);
  check_clear (test);
  g_ptr_array_unref (test->arguments);
}

/* What is not of its kind is shown and left alone. */
static void
check_opaque (Case *test)
{
  gboolean has_form = test->setting->kind == DROVER_SETTING_INTEGER ||
                      test->setting->kind == DROVER_SETTING_SIZE ||
                      test->setting->kind == DROVER_SETTING_SWITCH;
  g_autoptr (GPtrArray) values = NULL;

  if (!has_form || (test->place->key == NULL && test->place->means != NULL))
    return;

  values = make_values (test->setting, test->place, "$RAM");
  for (guint i = 0; i < values->len; i++)
    {
      /* There it is a number or true. */
      if (*(const char *) values->pdata[i] == '{')
        continue;
      surround (test, values->pdata[i]);
      assert_reads (test, test->arguments, DROVER_SETTING_OPAQUE, "$RAM");
      assert_refuses (test, test->arguments, test->value);
      assert_refuses (test, test->arguments, NULL);
      g_ptr_array_unref (test->arguments);
    }
  hold ("Opaque", test->setting, test->place);
}

/* Broken JSON, and a list where a text is meant. */
static void
check_broken_json (Case *test)
{
  g_autoptr (GPtrArray) values = make_values (test->setting, test->place, test->value);
  const char *broken = "{\"a\":";

  for (guint i = 0; i < values->len; i++)
    if (values->pdata[i] != NULL && *(const char *) values->pdata[i] == '{' &&
        test->place->means == NULL)
      {
        surround (test, broken);
        assert_reads (test, test->arguments, DROVER_SETTING_OPAQUE, broken);
        assert_refuses (test, test->arguments, test->other);
        assert_refuses (test, test->arguments, NULL);
        g_ptr_array_unref (test->arguments);
      }
}

/* What QEMU does not get counts for nothing, but in a part. */
static void
check_disabled (Case *test)
{
  g_autoptr (GPtrArray) values = make_values (test->setting, test->place, test->value);
  DroverArgument *argument;

  surround (test, values->pdata[0]);
  argument = test->arguments->pdata[test->index];
  test->arguments->pdata[test->index] = drover_argument_with_enabled (argument, FALSE);
  drover_argument_unref (argument);
  if (test->place->half == DROVER_HALF_WHOLE)
    assert_reads (test, test->arguments, DROVER_SETTING_ABSENT, NULL);
  else
    assert_reads (test, test->arguments, DROVER_SETTING_VALUE, test->value);
  g_ptr_array_unref (test->arguments);
  hold ("Disabled", test->setting, test->place);
}

static void
check_laws (const char *kind, const DroverSetting *setting)
{
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    {
      Case test = { .setting = setting, .place = place };
      g_autofree char *value = NULL;
      g_autofree char *same = NULL;
      g_autofree char *other = NULL;
      g_autoptr (GPtrArray) values = NULL;

      choose_values (&test, &value, &same, &other);
      test.value = value;
      test.same = same;
      test.other = other;
      values = make_values (setting, place, value);
      for (guint i = 0; i < values->len; i++)
        check_case (&test, values->pdata[i]);
      check_opaque (&test);
      check_broken_json (&test);
      check_disabled (&test);
    }
}

static void
check_held (const char *kind, const DroverSetting *setting)
{
  for (const DroverPlace *place = setting->places; place->option != NULL; place++)
    {
      gboolean can_clash = kind == NULL ? setting->kind != DROVER_SETTING_LIST
                                        : !is_whole (setting, place);

      g_assert_true (was_held ("GetPut", setting, place));
      g_assert_true (was_held ("PutGet", setting, place));
      g_assert_true (was_held ("Clear", setting, place));
      g_assert_true (was_held ("Disabled", setting, place));
      if (can_clash && !(g_str_equal (place->option, "cpu") && kind != NULL))
        g_assert_true (was_held ("Conflict", setting, place));
    }
}

static void
test_laws (void)
{
  held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for_each_row (check_laws);
  for_each_row (check_held);
  g_hash_table_unref (held);
}

/* Every row can be made from nothing, or once the thing that it belongs to is there. */
static void
check_creation (const char *kind, const DroverSetting *setting)
{
  const DroverPlace *place = &setting->places[0];
  Case test = { .setting = setting, .place = place, .scope = { -1, -1, -1 } };
  g_autoptr (GPtrArray) none =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_autofree char *value = NULL;
  g_autofree char *same = NULL;
  g_autofree char *other = NULL;
  g_autofree char *prefix = NULL;
  g_autoptr (GPtrArray) made = NULL;

  choose_values (&test, &value, &same, &other);
  if (kind != NULL)
    {
      assert_refuses (&test, none, value);
      return;
    }

  made = drover_setting_write (setting, none, NULL, value, NULL);
  if (made == NULL)
    {
      prefix = g_str_equal (place->option, "cpu") ? g_strdup ("host") : make_prefix (place);
      g_assert_cmpstr (prefix, !=, "");
      g_ptr_array_add (none, make_argument (place->option, prefix));
      made = write_value (&test, none, value);
    }
  assert_reads (&test, made, DROVER_SETTING_VALUE, value);
  g_assert_cmpuint (made->len, ==, 1);
}

static void
test_creation (void)
{
  for_each_row (check_creation);
}

/* What people wrote: every row that reads something there writes it back without a trace. */

static GPtrArray *
read_argv (JsonArray *argv)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 1; i < json_array_get_length (argv); i++)
    {
      const char *word = json_array_get_string_element (argv, i);
      const char *next = i + 1 < json_array_get_length (argv)
                           ? json_array_get_string_element (argv, i + 1)
                           : "-";
      gboolean is_flag = *word == '-';

      if (is_flag && *next != '-')
        i++;
      g_ptr_array_add (arguments,
                       drover_argument_new (is_flag ? word : NULL,
                                            !is_flag       ? word
                                            : *next != '-' ? next
                                                           : NULL));
    }

  return arguments;
}

static guint
check_get_put_everywhere (GPtrArray *arguments)
{
  g_autofree char *before = print_arguments (arguments);
  guint n_found = 0;
  guint n;
  const DroverSetting *const *rows = drover_settings_list (&n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DroverReading) reading = drover_setting_read (rows[i], arguments, NULL);
      g_autoptr (GPtrArray) put = NULL;
      g_autofree char *after = NULL;

      if (reading->state != DROVER_SETTING_VALUE)
        continue;
      put = drover_setting_write (rows[i], arguments, NULL, reading->text, NULL);
      g_assert_nonnull (put);
      after = print_arguments (put);
      g_assert_cmpstr (after, ==, before);
      n_found++;
    }

  return n_found;
}

static void
test_corpus (void)
{
  g_autofree char *file =
    g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "corpus", "public.jsonl",
                      NULL);
  g_autofree char *contents = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_found = 0;

  if (!g_file_get_contents (file, &contents, NULL, NULL))
    {
      g_test_skip ("the corpus of real command lines is not there");
      return;
    }

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_autoptr (JsonNode) node = drover_json_parse (lines[i], -1, NULL);
      g_autoptr (GPtrArray) arguments =
        read_argv (json_object_get_array_member (json_node_get_object (node), "argv"));

      n_found += check_get_put_everywhere (arguments);
    }

  g_test_message ("%u settings of real command lines", n_found);
  g_assert_cmpuint (n_found, >, 500);
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/settings/tables", test_tables);
  g_test_add_func ("/settings/words", test_words);
  g_test_add_func ("/settings/laws", test_laws);
  g_test_add_func ("/settings/creation", test_creation);
  g_test_add_func ("/settings/corpus", test_corpus);
  return drover_test_run ();
}
