/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-error.h"
#include "drover-part.h"
#include "drover-setting.h"
#include "drover-test.h"

/* The engine on single cases; test-settings.c holds every row against the laws. */

/* `-m 1G -S disk.img` as arguments; a word that begins with `#` is switched off. */
static GPtrArray *
make (const char *line)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  g_auto (GStrv) words = NULL;

  if (*line == '\0')
    return arguments;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = words[i] + (words[i][0] == '%');
      gboolean takes = *word == '-' && words[i + 1] != NULL && words[i + 1][0] != '-' &&
                       words[i + 1][0] != '%';
      g_autoptr (DroverArgument) argument =
        drover_argument_new (*word == '-' ? word : NULL, *word != '-' ? word
                                                         : takes      ? words[i + 1]
                                                                      : NULL);

      g_ptr_array_add (arguments, drover_argument_with_enabled (argument, words[i][0] != '%'));
      i += takes;
    }

  return arguments;
}

static char *
print (GPtrArray *arguments)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      DroverArgument *argument = arguments->pdata[i];
      const char *flag = drover_argument_get_flag (argument);
      const char *value = drover_argument_get_value (argument);

      g_string_append_printf (line, "%s%s%s%s%s", i > 0 ? " " : "",
                              drover_argument_get_enabled (argument) ? "" : "%",
                              flag != NULL ? flag : "",
                              flag != NULL && value != NULL ? " " : "",
                              value != NULL ? value : "");
    }

  return g_string_free_and_steal (line);
}

static void
assert_read (const char *id, const char *line, DroverSettingState state, const char *text)
{
  g_autoptr (GPtrArray) arguments = make (line);
  g_autoptr (DroverReading) reading =
    drover_setting_read (drover_setting_find (id), arguments, NULL);

  g_assert_cmpint (reading->state, ==, state);
  g_assert_cmpstr (reading->text, ==, text);
}

static void
assert_write (const char *id, const char *line, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) arguments = make (line);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) result =
    drover_setting_write (drover_setting_find (id), arguments, NULL, text, &error);
  g_autofree char *before = print (arguments);
  g_autofree char *after = NULL;

  if (expected == NULL)
    {
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
      g_assert_null (result);
      g_assert_cmpstr (before, ==, line);
      return;
    }

  g_assert_no_error (error);
  after = print (result);
  g_assert_cmpstr (after, ==, expected);
}

static void
test_read (void)
{
  assert_read ("memory.size", "", DROVER_SETTING_ABSENT, NULL);
  assert_read ("memory.size", "-m 1G", DROVER_SETTING_VALUE, "1G");
  assert_read ("memory.size", "--m 512,slots=2", DROVER_SETTING_VALUE, "512");
  assert_read ("memory.size", "-m slots=2 -m 1G", DROVER_SETTING_VALUE, "1G");
  assert_read ("memory.size", "%-m 2G -m 1G", DROVER_SETTING_VALUE, "1G");
  assert_read ("memory.size", "%-m 2G", DROVER_SETTING_ABSENT, NULL);
  assert_read ("memory.size", "-m 2G -m 1G", DROVER_SETTING_CONFLICT, "1G");
  assert_read ("memory.size", "-m 2G,size=1G", DROVER_SETTING_CONFLICT, "1G");
  assert_read ("memory.size", "-m '$RAM'", DROVER_SETTING_OPAQUE, "$RAM");
  assert_read ("machine.type", "-M q35,smm=on", DROVER_SETTING_VALUE, "q35");
  assert_read ("machine.usb", "-usb", DROVER_SETTING_VALUE, "on");
  assert_read ("machine.usb", "-usb -M usb=off", DROVER_SETTING_CONFLICT, "off");
  assert_read ("machine.hpet", "-no-hpet", DROVER_SETTING_VALUE, "off");
  assert_read ("cpu.model", "-cpu host,+x", DROVER_SETTING_VALUE, "host");
  assert_read ("cpu.flags", "-cpu host,+x,y=off", DROVER_SETTING_VALUE, "+x,y=off");
  assert_read ("cpu.flags", "-cpu host", DROVER_SETTING_ABSENT, NULL);
  assert_read ("cpu.flags", "-cpu host,+x -cpu max", DROVER_SETTING_CONFLICT, "+x");
  assert_read ("memory.balloon", "-device e1000 -device virtio-balloon,id=b",
               DROVER_SETTING_VALUE, "virtio-balloon");
  assert_read ("memory.balloon", "-device '{\"driver\":\"virtio-balloon-pci\"}'",
               DROVER_SETTING_VALUE, "virtio-balloon-pci");
}

static void
test_write (void)
{
  assert_write ("memory.size", "-S", "1G", "-S -m 1G");
  assert_write ("memory.size", "-m 1G", "1024", "-m 1G");
  assert_write ("memory.size", "-m 1G", "1025", "-m 1025");
  assert_write ("memory.size", "-m slots=2, -S", "1G", "-m slots=2,size=1G -S");
  assert_write ("memory.slots", "-m 1G -m maxmem=4G", "2", "-m 1G -m maxmem=4G,slots=2");
  assert_write ("memory.size", "-m 1G,slots=2", NULL, "-m slots=2");
  assert_write ("memory.size", "-m 1G -S", NULL, "-S");
  assert_write ("memory.size", "%-m 1G -S", "2G", "%-m 1G -m 2G -S");
  assert_write ("memory.size", "disk.img", "2G", "disk.img -m 2G");
  assert_write ("machine.usb", "-usb -S", "yes", "-usb -S");
  assert_write ("machine.usb", "-usb -S", "off", "-machine usb=off -S");
  assert_write ("machine.usb", "-usb -S -M q35", "off", "-S -M q35,usb=off");
  assert_write ("machine.usb", "-usb -S", NULL, "-S");
  assert_write ("machine.paused", "-m 1G", "on", "-m 1G -S");
  assert_write ("machine.paused", "-S", "off", "");
  assert_write ("machine.paused", "", "off", "");
  assert_write ("cpu.model", "-cpu host,+x", "max", "-cpu max,+x");
  assert_write ("cpu.flags", "-cpu host", "+x", "-cpu host,+x");
  assert_write ("cpu.flags", "-cpu host,+x", "", "-cpu host");
  assert_write ("cpu.model", "-cpu host -S", NULL, "-S");
  assert_write ("cpu.model", "-cpu host,+x -S", NULL, NULL);
  assert_write ("display.type", "-display gtk,gl=on", NULL, NULL);
  assert_write ("memory.balloon", "-device virtio-balloon,id=b -S", NULL, "-S");
  assert_write ("memory.balloon", "-device e1000 -S", "virtio-balloon-pci",
                "-device e1000 -device virtio-balloon-pci -S");
  assert_write ("memory.balloon", "-device virtio-balloon,id=b -S", NULL, "-S");
}

static void
test_refuse (void)
{
  assert_write ("memory.size", "-m 1G -m 2G", "3G", NULL);
  assert_write ("memory.size", "-m 1G -m 2G", "2G", NULL);
  assert_write ("memory.size", "-m $RAM", "1G", NULL);
  assert_write ("memory.size", "", "much", NULL);
  assert_write ("memory.slots", "", "two", NULL);
  assert_write ("machine.usb", "", "maybe", NULL);
  assert_write ("machine.usb", "", "offline", NULL);
  assert_write ("cpu.flags", "", "+x", NULL);
  assert_write ("cpu.model", "", "host,+x", NULL);
  assert_write ("memory.balloon", "", "e1000", NULL);
  assert_write ("memory.balloon", "-device virtio-balloon-pci", "e1000", NULL);
  assert_write ("accelerator.thread", "-accel kvm", "multi", NULL);
  assert_write ("accelerator.thread", "-accel tcg -accel tcg", "multi", NULL);
  assert_write ("accelerator.thread", "-machine accel=tcg", "multi", NULL);
  assert_write ("accelerator.thread", "-enable-kvm", "multi", NULL);
}

static void
test_accelerators (void)
{
  assert_read ("accelerator.order", "-accel kvm -S -accel tcg,thread=multi",
               DROVER_SETTING_VALUE, "kvm:tcg");
  assert_read ("accelerator.order", "-machine accel=kvm:tcg", DROVER_SETTING_VALUE, "kvm:tcg");
  assert_read ("accelerator.order", "-enable-kvm", DROVER_SETTING_VALUE, "kvm");
  assert_read ("accelerator.order", "-machine accel=kvm -accel tcg", DROVER_SETTING_CONFLICT,
               "tcg");

  assert_write ("accelerator.order", "-S", "kvm:tcg", "-S -accel kvm -accel tcg");
  assert_write ("accelerator.order", "-accel kvm -S -accel tcg,thread=multi", "tcg:kvm",
                "-accel tcg,thread=multi -S -accel kvm");
  assert_write ("accelerator.order", "-accel kvm -S -accel tcg,thread=multi", "tcg",
                "-accel tcg,thread=multi -S");
  assert_write ("accelerator.order", "-enable-kvm -S", "tcg", "-accel tcg -S");
  assert_write ("accelerator.order", "-enable-kvm -S", "kvm:tcg", "-enable-kvm -accel tcg -S");
  assert_write ("accelerator.order", "-accel kvm,x=1", "hvf", "-accel hvf,x=1");
  assert_write ("accelerator.order", "-accel kvm,x=1 -S", "tcg:hvf", NULL);
  assert_write ("accelerator.order", "-accel kvm,x=1 -S -enable-kvm", NULL, NULL);
  assert_write ("accelerator.order", "-accel kvm,x=1", "tcg:kvm", "-accel tcg -accel kvm,x=1");
  assert_write ("accelerator.order", "-accel kvm -accel tcg,thread=multi", "kvm", NULL);
  assert_write ("accelerator.order", "-accel kvm -S -enable-kvm", NULL, "-S");
  assert_write ("accelerator.order", "-accel kvm -accel tcg,thread=multi", NULL, NULL);
  assert_write ("accelerator.order", "-M pc,accel=kvm", "tcg", "-M pc,accel=tcg");
  assert_write ("accelerator.order", "-M pc,accel=kvm", NULL, "-M pc");
  assert_write ("accelerator.order", "", "kvm:", NULL);
  assert_write ("accelerator.order", "", ":kvm", NULL);
  assert_write ("accelerator.thread", "", "multi", "-accel tcg,thread=multi");
  assert_write ("accelerator.thread", "-accel kvm -accel tcg", "multi",
                "-accel kvm -accel tcg,thread=multi");
}

/* A member keeps its type, and a new one gets that of its setting. */
static void
assert_json (const char *id, const char *value, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);
  DroverScope scope = { 0, 0, 0 };
  const DroverSetting *setting = drover_setting_find (id);
  g_autofree char *flag = g_strconcat ("-", setting->places[0].option, NULL);
  g_autoptr (GPtrArray) result = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (arguments, drover_argument_new (flag, value));
  result = drover_setting_write (setting, arguments, &scope, text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (drover_argument_get_value (result->pdata[0]), ==, expected);
}

static void
test_json_types (void)
{
  assert_json ("object.share", "{\"qom-type\":\"memory-backend-ram\"}", "yes",
               "{\"qom-type\":\"memory-backend-ram\",\"share\":true}");
  assert_json ("object.share", "{\"qom-type\":\"memory-backend-ram\",\"share\":true}", "off",
               "{\"qom-type\":\"memory-backend-ram\",\"share\":false}");
  assert_json ("object.share", "{\"qom-type\":\"memory-backend-ram\",\"share\":\"on\"}", "off",
               "{\"qom-type\":\"memory-backend-ram\",\"share\":\"off\"}");
  assert_json ("object.share", "{\"qom-type\":\"memory-backend-ram\",\"share\":true}", "on",
               "{\"qom-type\":\"memory-backend-ram\",\"share\":true}");
  assert_json ("object.size", "{\"qom-type\":\"memory-backend-ram\"}", "1M",
               "{\"qom-type\":\"memory-backend-ram\",\"size\":1048576}");
  assert_json ("object.size", "{\"qom-type\":\"memory-backend-ram\",\"size\":1}", "1k",
               "{\"qom-type\":\"memory-backend-ram\",\"size\":1024}");
  assert_json ("object.size", "{\"qom-type\":\"memory-backend-ram\",\"size\":\"1\"}", "1k",
               "{\"qom-type\":\"memory-backend-ram\",\"size\":\"1k\"}");
  assert_json ("device.boot-index", "{\"driver\":\"x\",\"bootindex\":2}", "0x10",
               "{\"driver\":\"x\",\"bootindex\":16}");
  assert_json ("device.address", "{\"driver\":\"x\"}", "4",
               "{\"driver\":\"x\",\"addr\":\"4\"}");
}

/* An id is renamed with what uses it, and only to what can be one. */
static void
test_rename (void)
{
  g_autoptr (GPtrArray) arguments = make ("-netdev user,id=a -device e1000,netdev=a");
  DroverScope scope = { 1, 0, -1 };
  const DroverSetting *setting = drover_setting_find ("card.netdev-id");
  g_autoptr (GPtrArray) result =
    drover_setting_write (setting, arguments, &scope, "b", NULL);
  g_autofree char *text = print (result);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (text, ==, "-netdev user,id=b -device e1000,netdev=b");
  g_assert_null (drover_setting_write (setting, arguments, &scope, "1 b", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
}

static void
assert_words (const char *id, const char *line, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) arguments = make (line);
  g_autofree char *words =
    drover_setting_dup_words (drover_setting_find (id), arguments, NULL, text);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_words (void)
{
  assert_words ("memory.size", "", NULL, NULL);
  assert_words ("memory.size", "", "1G", "-m 1G");
  assert_words ("memory.slots", "-m 1G,slots=2", NULL, "-m slots=2");
  assert_words ("memory.slots", "-m 1G", "3", "-m slots=3");
  assert_words ("memory.path", "-mem-path '/a b'", NULL, "-mem-path '/a b'");
  assert_words ("machine.usb", "-usb", NULL, "-usb");
  assert_words ("cpu.flags", "-cpu host,+x,-y", NULL, "-cpu +x,-y");
}

static void
assert_size (const char *text, gboolean valid, guint64 expected)
{
  guint64 bytes = 0;

  g_assert_cmpint (drover_size_parse (text, 1 << 20, &bytes), ==, valid);
  if (valid)
    g_assert_cmpuint (bytes, ==, expected);
}

static void
test_sizes (void)
{
  assert_size ("1", TRUE, 1 << 20);
  assert_size ("1B", TRUE, 1);
  assert_size ("3k", TRUE, 3072);
  assert_size ("1.5G", TRUE, 1536 << 20);
  assert_size ("0x10", TRUE, 16 << 20);
  assert_size ("18446744073709551615B", TRUE, G_MAXUINT64);
  assert_size ("18446744073709551616B", FALSE, 0);
  assert_size ("16E", FALSE, 0);
  assert_size ("16.0E", FALSE, 0);
  assert_size ("", FALSE, 0);
  assert_size ("-1", FALSE, 0);
  assert_size ("1GB", FALSE, 0);
  assert_size ("1.5GB", FALSE, 0);
  assert_size ("0x1G", FALSE, 0);
  assert_size ("1.", FALSE, 0);
  assert_size ("1 G", FALSE, 0);
  assert_size ("G", FALSE, 0);
}

static void
assert_flag (const char *flags, const char *value, const char *expected)
{
  g_autofree char *result = drover_flags_set (flags, "x", value);
  g_autofree char *read = drover_flags_dup (result, "x");

  g_assert_cmpstr (result, ==, expected);
  g_assert_cmpstr (read, ==, value);
}

static void
test_flags (void)
{
  assert_flag ("", "on", "x=on");
  assert_flag ("+y", "off", "+y,x=off");
  assert_flag ("+x,y", "on", "+x,y");
  assert_flag ("+x,y", "off", "-x,y");
  assert_flag ("y,x=off,z", "on", "y,x=on,z");
  assert_flag ("y,x=off,z", NULL, "y,z");
  assert_flag ("+x", NULL, "");
  assert_flag ("+xy,x-y=on", "on", "+xy,x-y=on,x=on");
  assert_flag ("x", "auto", "x=auto");
  assert_flag ("x", "on", "x");
  assert_flag ("x=0x10", "0x10", "x=0x10");
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/setting/read", test_read);
  g_test_add_func ("/setting/write", test_write);
  g_test_add_func ("/setting/refuse", test_refuse);
  g_test_add_func ("/setting/accelerators", test_accelerators);
  g_test_add_func ("/setting/json-types", test_json_types);
  g_test_add_func ("/setting/rename", test_rename);
  g_test_add_func ("/setting/words", test_words);
  g_test_add_func ("/setting/sizes", test_sizes);
  g_test_add_func ("/setting/flags", test_flags);
  return drover_test_run ();
}
