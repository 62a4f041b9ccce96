/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-diff.h"
#include "drover-test.h"

/* One letter is one argument. */
static GPtrArray *
make (const char *letters)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (const char *p = letters; *p != '\0'; p++)
    {
      const char value[] = { *p, '\0' };

      g_ptr_array_add (arguments, drover_argument_new ("-x", value));
    }

  return arguments;
}

static char *
print (GPtrArray *lines)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      DroverDiffLine *line = lines->pdata[i];

      g_string_append_printf (text, "%c%s", " -+"[line->kind], line->text + strlen ("-x "));
    }

  return g_string_free_and_steal (text);
}

static void
test_lines (void)
{
  static const struct
  {
    const char *before, *after, *expected;
  } rows[] = {
    { "", "", "" },
    { "abc", "abc", " a b c" },
    { "abc", "", "-a-b-c" },
    { "", "ab", "+a+b" },
    { "abc", "axc", " a-b+x c" },
    { "abc", "axyc", " a-b+x+y c" },
    { "abcd", "acd", " a-b c d" },
    { "abcd", "bcda", "-a b c d+a" },
    { "aaa", "aa", " a a-a" },
    { "abcabc", "cabcab", "+c a b c a b-c" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) before = make (rows[i].before);
      g_autoptr (GPtrArray) after = make (rows[i].after);
      g_autoptr (GPtrArray) lines = drover_diff_arguments (before, after);
      g_autofree char *text = print (lines);

      g_assert_cmpstr (text, ==, rows[i].expected);
      g_assert_cmpint (drover_diff_is_empty (lines), ==,
                       g_str_equal (rows[i].before, rows[i].after));
    }
}

/* Whatever the two lists are, both can be read from the lines, each in its order. */
static void
test_both_sides (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint round = 0; round < 500; round++)
    {
      char letters[2][12];
      GPtrArray *lists[2];
      g_autoptr (GPtrArray) lines = NULL;
      int next[2] = { 0, 0 };

      for (guint side = 0; side < 2; side++)
        {
          int n = g_rand_int_range (rand, 0, 12);

          for (int i = 0; i < n; i++)
            letters[side][i] = 'a' + g_rand_int_range (rand, 0, 4);
          letters[side][n] = '\0';
          lists[side] = make (letters[side]);
        }

      lines = drover_diff_arguments (lists[0], lists[1]);
      for (guint i = 0; i < lines->len; i++)
        {
          DroverDiffLine *line = lines->pdata[i];
          const int places[2] = { line->before, line->after };

          g_assert_cmpint (line->before < 0, ==, line->kind == DROVER_DIFF_ADDED);
          g_assert_cmpint (line->after < 0, ==, line->kind == DROVER_DIFF_REMOVED);
          for (guint side = 0; side < 2; side++)
            if (places[side] >= 0)
              {
                g_assert_cmpint (places[side], ==, next[side]++);
                g_assert_cmpint (line->text[strlen ("-x ")], ==, letters[side][places[side]]);
              }
        }
      g_assert_cmpint (next[0], ==, strlen (letters[0]));
      g_assert_cmpint (next[1], ==, strlen (letters[1]));
      g_ptr_array_unref (lists[0]);
      g_ptr_array_unref (lists[1]);
    }
}

static void
test_text (void)
{
  g_autoptr (GPtrArray) none = make ("");
  g_autoptr (GPtrArray) some = make ("");
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (DroverArgument) on = drover_argument_new ("-append", "a b");

  g_ptr_array_add (some, drover_argument_new ("-nographic", NULL));
  g_ptr_array_add (some, drover_argument_new (NULL, "my disk.img"));
  g_ptr_array_add (some, drover_argument_with_enabled (on, FALSE));

  lines = drover_diff_arguments (none, some);
  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpstr (((DroverDiffLine *) lines->pdata[0])->text, ==, "-nographic");
  g_assert_cmpstr (((DroverDiffLine *) lines->pdata[1])->text, ==, "'my disk.img'");
  g_assert_cmpstr (((DroverDiffLine *) lines->pdata[2])->text, ==, "# -append 'a b'");
}

/* Switching an argument off is a change. */
static void
test_enabled (void)
{
  g_autoptr (GPtrArray) before = make ("a");
  g_autoptr (GPtrArray) after = make ("");
  g_autoptr (GPtrArray) lines = NULL;

  g_ptr_array_add (after, drover_argument_with_enabled (before->pdata[0], FALSE));
  lines = drover_diff_arguments (before, after);
  g_assert_cmpuint (lines->len, ==, 2);
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/diff/lines", test_lines);
  g_test_add_func ("/diff/both-sides", test_both_sides);
  g_test_add_func ("/diff/text", test_text);
  g_test_add_func ("/diff/enabled", test_enabled);
  return drover_test_run ();
}
