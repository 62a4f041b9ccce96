/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-option.h"
#include "drover-test.h"

static void
check (const char *name, gboolean takes_value, DroverOptionGrammar grammar, const char *implied,
       const char *id_key)
{
  const DroverOption *option = drover_option_find (name);

  g_assert_nonnull (option);
  g_assert_cmpstr (option->name, ==, name);
  g_assert_cmpint (option->takes_value, ==, takes_value);
  g_assert_cmpint (option->grammar, ==, grammar);
  g_assert_cmpstr (option->implied, ==, implied);
  g_assert_cmpstr (option->id_key, ==, id_key);
}

static void
test_find (void)
{
  check ("", TRUE, DROVER_OPTION_PLAIN, NULL, NULL);
  check ("m", TRUE, DROVER_OPTION_KEYVAL, "size", NULL);
  check ("drive", TRUE, DROVER_OPTION_KEYVAL, NULL, "id");
  check ("blockdev", TRUE, DROVER_OPTION_KEYVAL, "driver", "node-name");
  check ("append", TRUE, DROVER_OPTION_PLAIN, NULL, NULL);
  check ("nographic", FALSE, DROVER_OPTION_PLAIN, NULL, NULL);
  check ("soundhw", TRUE, DROVER_OPTION_PLAIN, NULL, NULL);
  check ("no-hpet", FALSE, DROVER_OPTION_PLAIN, NULL, NULL);
  g_assert_null (drover_option_find ("frobnicate"));
  g_assert_null (drover_option_find ("-m"));
}

static void
test_built_in (void)
{
  DroverOptionTable *table = drover_option_table_get_built_in ();

  g_assert_false (drover_option_table_is_learnt (table));
  g_assert_cmpint (drover_option_table_get_arity (table, "m"), ==, DROVER_ARITY_VALUE);
  g_assert_cmpint (drover_option_table_get_arity (table, "tdf"), ==, DROVER_ARITY_NONE);
  g_assert_cmpint (drover_option_table_get_arity (table, "frobnicate"), ==, DROVER_ARITY_UNKNOWN);
}

/* A program that is not there, one that says nothing, and one that says something else. */
static void
test_no_program (void)
{
  static const char *const programs[] = { "/nowhere/qemu-system-x86_64", "true", "echo" };
  static const char *const names[] = { "m", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DroverOptionTable) table =
        drover_test_await_boxed (drover_option_table_learn (programs[i], names), &error);

      g_assert_no_error (error);
      g_assert_false (drover_option_table_is_learnt (table));
      g_assert_cmpint (drover_option_table_get_arity (table, "m"), ==, DROVER_ARITY_VALUE);
    }
}

static void
write_program (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
}

/* What the program says counts, also against what Drover knows; `-dtb` is in a help that
 * misleads. */
static void
test_fake (void)
{
  static const char *const names[] = { "dtb", "m", "new", "soundhw", "nographic", NULL };
  g_autofree char *path = g_build_filename (drover_test_dir (), "fake", NULL);
  g_autoptr (DroverOptionTable) table = NULL;
  g_autoptr (GError) error = NULL;

  write_program (path, "#!/bin/sh\n"
                       "case $* in\n"
                       "-help) echo 'QEMU emulator'; echo '-h or -help     display this';\n"
                       "  echo '-fda/-fdb file  use it'; echo '-dtb    file    a tree';\n"
                       "  echo '-m size'; echo '-other          nothing';;\n"
                       "*-dtb|*-nographic) echo 'x: -y: requires an argument' >&2; exit 1;;\n"
                       "*-new) echo 'QEMU emulator version 99';;\n"
                       "*) echo 'x: -y: invalid option' >&2; exit 1;;\n"
                       "esac\n");
  table = drover_test_await_boxed (drover_option_table_learn (path, names), &error);
  g_assert_no_error (error);
  g_assert_true (drover_option_table_is_learnt (table));
  g_assert_cmpint (drover_option_table_get_arity (table, "help"), ==, DROVER_ARITY_NONE);
  g_assert_cmpint (drover_option_table_get_arity (table, "h"), ==, DROVER_ARITY_NONE);
  g_assert_cmpint (drover_option_table_get_arity (table, "fdb"), ==, DROVER_ARITY_VALUE);
  g_assert_cmpint (drover_option_table_get_arity (table, "dtb"), ==, DROVER_ARITY_VALUE);
  g_assert_cmpint (drover_option_table_get_arity (table, "m"), ==, DROVER_ARITY_VALUE);
  g_assert_cmpint (drover_option_table_get_arity (table, "other"), ==, DROVER_ARITY_NONE);
  g_assert_cmpint (drover_option_table_get_arity (table, "new"), ==, DROVER_ARITY_NONE);
  g_assert_cmpint (drover_option_table_get_arity (table, "soundhw"), ==, DROVER_ARITY_UNKNOWN);
  g_assert_cmpint (drover_option_table_get_arity (table, "nographic"), ==, DROVER_ARITY_VALUE);
  /* Nobody asked the program about this one. */
  g_assert_cmpint (drover_option_table_get_arity (table, "smp"), ==, DROVER_ARITY_VALUE);
}

/* Every option in the help of the installed QEMU is in the built-in table, with the arity that
 * QEMU itself gives it. */
static void
test_real (gconstpointer data)
{
  const char *program = data;
  g_autofree char *path = g_find_program_in_path (program);
  const char *const argv[] = { path, "-help", NULL };
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (DroverOptionTable) table = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *help = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) names = NULL;

  if (path == NULL)
    {
      g_test_skip ("this QEMU is not installed");
      return;
    }

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &help, NULL, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (help, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] == '-' && lines[i][1] != '\0' && strcspn (lines[i], " /") > 1)
      g_strv_builder_take (builder, g_strndup (lines[i] + strspn (lines[i], "-"),
                                               strcspn (lines[i], " /") -
                                                 strspn (lines[i], "-")));
  g_strv_builder_add_many (builder, "M", "soundhw", "frobnicate", "prom-env", NULL);
  names = g_strv_builder_end (builder);
  g_assert_cmpuint (g_strv_length (names), >, 80);

  table = drover_test_await_boxed (drover_option_table_learn (path, (const char *const *) names),
                                   &error);
  g_assert_no_error (error);
  g_assert_true (drover_option_table_is_learnt (table));
  for (guint i = 0; names[i] != NULL; i++)
    {
      DroverArity arity = drover_option_table_get_arity (table, names[i]);
      const DroverOption *option = drover_option_find (names[i]);

      g_test_message ("-%s", names[i]);
      if (arity == DROVER_ARITY_UNKNOWN)
        g_assert_true (strstr (help, names[i]) == NULL || g_str_equal (names[i], "prom-env"));
      else
        g_assert_cmpint (option->takes_value, ==, arity == DROVER_ARITY_VALUE);
    }
  g_assert_cmpint (drover_option_table_get_arity (table, "soundhw"), ==, DROVER_ARITY_UNKNOWN);
  g_assert_cmpint (drover_option_table_get_arity (table, "frobnicate"), ==, DROVER_ARITY_UNKNOWN);
  g_assert_cmpint (drover_option_table_get_arity (table, "M"), ==, DROVER_ARITY_VALUE);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/option/find", test_find);
  g_test_add_func ("/option/built-in", test_built_in);
  g_test_add_func ("/option/no-program", test_no_program);
  g_test_add_func ("/option/fake", test_fake);
  g_test_add_data_func ("/option/real/x86_64", "qemu-system-x86_64", test_real);
  g_test_add_data_func ("/option/real/aarch64", "qemu-system-aarch64", test_real);
  return drover_test_run ();
}
