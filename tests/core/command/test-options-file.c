/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>

#include "drover-options-file.h"
#include "drover-part.h"
#include "drover-reference.h"
#include "drover-shell.h"
#include "drover-test.h"
#include "part-fixture.h"

static char *
describe (GPtrArray *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    g_string_append_printf (text, "%s%s %s", i > 0 ? " " : "",
                            drover_argument_get_flag (arguments->pdata[i]),
                            drover_argument_get_value (arguments->pdata[i]));

  return g_string_free_and_steal (text);
}

static void
test_parse (void)
{
  static const struct
  {
    const char *text;
    const char *arguments;
    guint line; /* the first that is not understood */
  } files[] = {
    { "", "", 0 },
    { "# only\n\n", "", 0 },
    { "[machine]\n  type = \"q35\"\n  usb = \"on\"\n", "-machine q35,usb=on", 0 },
    { "[memory]\n size = \"1G\"\n[smp-opts]\n cores = \"2\"\n cpus = \"4\"\n[boot-opts]\n"
      " order = \"d\"",
      "-m 1G -smp 4,cores=2 -boot d", 0 },
    { "[device \"d0\"]\r\n\tdriver = \"virtio-blk-pci\" x\r\n  drive = \"a,b\"\r\n\r\n",
      "-device virtio-blk-pci,id=d0,drive=a,,b", 0 },
    { "[drive]\n file = \"a=b\"\n[drive]\n file = \"\"\n", "-drive file=a=b -drive file=", 0 },
    { "[machine]\n type = \"a=b\"\n", "-machine type=a=b", 0 },
    { "[netdev \"n\"]\n", "-netdev id=n", 0 },
    { "[nothing]\n", "", 0 },
    { "x\n[machine]\n type = \"pc\"\n", "-machine pc", 1 },
    { "[machine]\n type = pc\n usb = \"on\"\n", "-machine usb=on", 2 },
    { "[machine\n usb = \"on\"\n", "", 1 },
    { "[machine]\n usb=\"on\"\n", "", 2 },
    { " [machine]\n", "", 1 },
    { "[]\n", "", 1 },
    { "[machine]\n type = \"pc\n", "", 2 },
  };
  g_autoptr (DroverArgument) source = drover_argument_new ("-readconfig", "x");

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) arguments =
        drover_options_file_parse (files[i].text, source, &error);
      g_autofree char *text = describe (arguments);
      g_autofree char *line = g_strdup_printf ("line %u ", files[i].line);

      g_assert_cmpstr (text, ==, files[i].arguments);
      if (files[i].line == 0)
        g_assert_no_error (error);
      else
        g_assert_true (error != NULL && g_str_has_prefix (error->message, line));
      for (guint n = 0; n < arguments->len; n++)
        g_assert_true (drover_argument_get_source (arguments->pdata[n]) == source);
    }
}

static void
write_file (const char *text)
{
  g_autofree char *path = g_build_filename (drover_test_dir (), "my.cfg", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static GPtrArray *
read_all (const char *text)
{
  g_autoptr (GPtrArray) own = make_arguments_of (text);

  return drover_arguments_with_files (own, drover_test_dir ());
}

static void
assert_own (GPtrArray *arguments, const char *expected)
{
  g_autoptr (GPtrArray) own = drover_arguments_without_files (arguments);

  assert_arguments (own, expected);
}

static void
assert_setting (GPtrArray *arguments, const char *id, DroverSettingState state, const char *text,
                const char *file)
{
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find (id), arguments, NULL);

  g_assert_cmpint (reading->state, ==, state);
  g_assert_cmpstr (reading->text, ==, text);
  g_assert_cmpstr (reading->file, ==, file);
  if (file != NULL)
    g_assert_cmpint (reading->argument, ==, -1);
}

static GPtrArray *
set (GPtrArray *arguments, const char *id, const char *text)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *result =
    drover_setting_write (drover_setting_find (id), arguments, NULL, text, &error);

  g_assert_no_error (error);
  return result;
}

/* QEMU takes the last, and reads the file where its -readconfig stands. */
static void
test_settings (void)
{
  g_autoptr (GPtrArray) alone = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) behind = NULL;
  g_autoptr (GPtrArray) beside = NULL;
  g_autoptr (GPtrArray) changed = NULL;
  g_autoptr (GPtrArray) same = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) third = NULL;
  g_autoptr (GError) error = NULL;

  write_file ("[memory]\n size = \"1G\"\n");
  alone = read_all ("-S -readconfig my.cfg -cpu max");
  assert_setting (alone, "memory.size", DROVER_SETTING_VALUE, "1G", "my.cfg");
  assert_setting (alone, "memory.slots", DROVER_SETTING_ABSENT, NULL, NULL);
  same = set (alone, "memory.size", "1024M");
  assert_own (same, "-S -readconfig my.cfg -cpu max");
  changed = set (alone, "memory.size", "2G");
  assert_own (changed, "-S -readconfig my.cfg -cpu max -m 2G");
  assert_setting (changed, "memory.size", DROVER_SETTING_VALUE, "2G", NULL);
  again = set (changed, "memory.size", "3G");
  assert_own (again, "-S -readconfig my.cfg -cpu max -m 3G");
  g_assert_null (
    drover_setting_write (drover_setting_find ("memory.size"), alone, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "my.cfg"));

  before = read_all ("-m 512 -readconfig my.cfg");
  assert_setting (before, "memory.size", DROVER_SETTING_CONFLICT, "1G", "my.cfg");
  behind = read_all ("-readconfig my.cfg -m 512");
  assert_setting (behind, "memory.size", DROVER_SETTING_VALUE, "512", NULL);
  /* Put into the -m before the file, the file would win. */
  beside = read_all ("-m slots=2,maxmem=4G -readconfig my.cfg");
  third = set (beside, "memory.size", "2G");
  assert_setting (third, "memory.size", DROVER_SETTING_VALUE, "2G", NULL);
  assert_own (third, "-m slots=2,maxmem=4G -readconfig my.cfg -m 2G");
}

static void
test_parts (void)
{
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (GPtrArray) removed = NULL;
  g_autoptr (GPtrArray) twice = NULL;
  g_autoptr (GPtrArray) ids = NULL;
  g_autoptr (DroverReferences) references = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  const DroverPart *disk;

  write_file ("[drive \"disk0\"]\n if = \"none\"\n file = \"a.qcow2\"\n[device \"n\"]\n"
              " driver = \"e1000\"\n");
  all = read_all ("-device virtio-blk-pci,drive=disk0,id=v -readconfig my.cfg");
  g_assert_cmpuint (all->len, ==, 4);
  parts = drover_parts_list (all, NULL);
  g_assert_cmpuint (parts->len, ==, 2);
  disk = parts->pdata[0];
  g_assert_cmpstr (disk->kind, ==, DROVER_PART_DISK);
  g_assert_cmpint (disk->scope.front, ==, 0);
  g_assert_cmpint (disk->scope.back, ==, 2);
  g_assert_cmpstr (((DroverPart *) parts->pdata[1])->id, ==, "n");
  g_assert_cmpstr (drover_arguments_get_file (all, 3), ==, "my.cfg");

  removed = drover_part_remove (all, disk, TRUE);
  assert_own (removed, "-readconfig my.cfg");
  references = drover_references_new (all);
  id = drover_references_dup_free_id (references, "disk");
  g_assert_cmpstr (id, ==, "disk1");

  g_assert_null (drover_arguments_rename_id (all, 2, "new", &error));
  g_assert_nonnull (strstr (error->message, "my.cfg"));

  twice = read_all ("-readconfig my.cfg -drive if=none,id=disk0,file=b");
  ids = drover_arguments_list_duplicate_ids (twice);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpstr (ids->pdata[0], ==, "disk0");
}

/* Each look reads the file that is there now. */
static void
test_look (void)
{
  g_autoptr (GPtrArray) own = make_arguments_of ("-readconfig my.cfg #-readconfig off.cfg");
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) second = NULL;
  g_autoptr (GPtrArray) missing = NULL;
  g_autoptr (GPtrArray) problems = NULL;
  g_autofree char *path = g_build_filename (drover_test_dir (), "my.cfg", NULL);

  write_file ("[machine]\n type = \"pc\"\n");
  first = drover_arguments_with_files (own, drover_test_dir ());
  write_file ("[machine]\n type = \"q35\"\n");
  second = drover_arguments_with_files (own, drover_test_dir ());
  assert_setting (first, "machine.type", DROVER_SETTING_VALUE, "pc", "my.cfg");
  assert_setting (second, "machine.type", DROVER_SETTING_VALUE, "q35", "my.cfg");

  g_assert_cmpint (g_remove (path), ==, 0);
  missing = drover_arguments_with_files (own, drover_test_dir ());
  g_assert_true (missing == own);
  problems = drover_arguments_list_file_problems (own, drover_test_dir ());
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (problems->pdata[0], path));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/options-file/parse", test_parse);
  g_test_add_func ("/options-file/settings", test_settings);
  g_test_add_func ("/options-file/parts", test_parts);
  g_test_add_func ("/options-file/look", test_look);
  return drover_test_run ();
}
