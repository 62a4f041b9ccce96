/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "drover-arguments.h"
#include "drover-firmware-choice.h"
#include "drover-firmware-private.h"
#include "drover-test.h"

/* A machine's firmware in its arguments: read, put in place of another, taken away to the
 * letter. */

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

static GPtrArray *
make_arguments (const char *const *words)
{
  GPtrArray *arguments = drover_arguments_new ();

  for (guint i = 0; words[i] != NULL; i++)
    {
      gboolean off = *words[i] == '#';
      const char *flag = words[i] + off;
      gboolean has_value = words[i + 1] != NULL && strchr ("-#", *words[i + 1]) == NULL;
      g_autoptr (DroverArgument) argument =
        drover_argument_new (flag, has_value ? words[i + 1] : NULL);

      g_ptr_array_add (arguments, drover_argument_with_enabled (argument, !off));
      i += has_value;
    }

  return arguments;
}

/* One argument a line. */
static char *
dup_text (GPtrArray *arguments)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *value = drover_argument_get_value (arguments->pdata[i]);

      g_string_append_printf (text, "%s%s%s%s\n",
                              drover_argument_get_enabled (arguments->pdata[i]) ? "" : "#",
                              drover_argument_get_flag (arguments->pdata[i]),
                              value != NULL ? " " : "", value != NULL ? value : "");
    }

  return g_string_free_and_steal (text);
}

static DroverFirmware *
make_firmware (const char *name, const char *features)
{
  DroverFirmware *firmware = _drover_firmware_new (name);

  firmware->interfaces = g_strsplit ("uefi", " ", -1);
  firmware->device = g_strdup ("flash");
  firmware->mode = g_strdup ("split");
  firmware->code = g_strdup_printf ("/usr/share/%s-code.fd", name);
  firmware->vars = g_strdup_printf ("/usr/share/%s-vars.fd", name);
  firmware->code_format = g_strdup ("raw");
  firmware->vars_format = g_strdup ("raw");
  firmware->features = g_strsplit (features, " ", -1);
  _drover_firmware_add_target (firmware, "x86_64", g_strsplit ("pc-q35-*", " ", -1));
  return firmware;
}

static GPtrArray *
make_list (void)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_firmware_unref);

  g_ptr_array_add (list, make_firmware ("plain", "acpi-s3"));
  g_ptr_array_add (list, make_firmware ("ms", "secure-boot enrolled-keys requires-smm"));
  return list;
}

static GPtrArray *
apply (GPtrArray *arguments, DroverFirmware *firmware)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *result = drover_firmware_apply (arguments, "x86_64", firmware, NULL, &error);

  g_assert_no_error (error);
  return result;
}

#define PLAIN_BLOCK                                                                       \
  "-machine pflash0=firmware0,pflash1=vars0\n"                                            \
  "-blockdev driver=raw,node-name=firmware0,read-only=on,file.driver=file,"               \
  "file.filename=/usr/share/plain-code.fd\n"                                              \
  "-blockdev driver=qcow2,node-name=vars0,file.driver=file,file.filename=vars.qcow2\n"
#define SECURE_BLOCK                                                                      \
  "-machine pflash0=firmware0,pflash1=vars0,smm=on\n"                                     \
  "-blockdev driver=raw,node-name=firmware0,read-only=on,file.driver=file,"               \
  "file.filename=/usr/share/ms-code.fd\n"                                                 \
  "-blockdev driver=qcow2,node-name=vars0,file.driver=file,"                              \
  "file.filename=vars-enrolled.qcow2\n"                                                   \
  "-global driver=cfi.pflash01,property=secure,value=on\n"                                \
  "-global ICH9-LPC.disable_s3=1\n"

static void
test_apply (void)
{
  g_autoptr (GPtrArray) list = make_list ();
  g_autoptr (GPtrArray) before = make_arguments (
    WORDS ("-machine", "q35,vmport=off", "-m", "1G", "-nographic"));
  g_autoptr (GPtrArray) plain = apply (before, list->pdata[0]);
  g_autoptr (GPtrArray) secure = apply (plain, list->pdata[1]);
  g_autoptr (GPtrArray) again = apply (secure, list->pdata[0]);
  g_autoptr (GPtrArray) back = apply (secure, NULL);
  g_autofree char *plain_text = dup_text (plain);
  g_autofree char *secure_text = dup_text (secure);
  g_autofree char *again_text = dup_text (again);
  g_autofree char *before_text = dup_text (before);
  g_autofree char *back_text = dup_text (back);

  g_assert_cmpstr (plain_text, ==,
                   "-machine q35,vmport=off\n" PLAIN_BLOCK "-m 1G\n-nographic\n");
  g_assert_cmpstr (secure_text, ==,
                   "-machine q35,vmport=off\n" SECURE_BLOCK "-m 1G\n-nographic\n");
  g_assert_cmpstr (again_text, ==, plain_text);
  g_assert_cmpstr (back_text, ==, before_text);
  g_assert_nonnull (drover_argument_get_note (plain->pdata[1]));
}

/* The same words of the user's stay, wherever they stand. */
static void
test_locality (void)
{
  const char *const *const cases[] = {
    WORDS ("-machine", "q35", "-global", "ICH9-LPC.disable_s3=1", "-global",
           "driver=cfi.pflash01,property=secure,value=on", "-m", "1G"),
    WORDS ("-global", "ICH9-LPC.disable_s3=1", "-machine", "q35,smm=on"),
    WORDS ("-m", "1G", "-machine", "type=q35", "-machine", "smm=off", "-M", "usb=on"),
    WORDS ("-global", "driver=cfi.pflash01,property=secure,value=on"),
    WORDS ("#-bios", "old.bin", "-machine", "q35", "#-machine", "pflash0=x,pflash1=y",
           "#-global", "ICH9-LPC.disable_s3=1"),
    WORDS ("-machine", "q35", "-blockdev", "driver=null-co,node-name=vars0", "-device",
           "virtio-blk,drive=vars0"),
  };
  g_autoptr (GPtrArray) list = make_list ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) before = make_arguments (cases[i]);
      g_autoptr (GPtrArray) secure = apply (before, list->pdata[1]);
      g_autoptr (GPtrArray) back = apply (secure, NULL);
      g_autofree char *before_text = dup_text (before);
      g_autofree char *back_text = dup_text (back);
      g_autoptr (DroverFirmwareReading) reading = drover_firmware_read (secure, "x86_64", list);

      g_assert_cmpstr (reading->kind, ==, DROVER_FIRMWARE_ENROLLED);
      g_assert_true (reading->protected);
      g_assert_cmpstr (back_text, ==, before_text);
    }
}

/* What the user says of System Management Mode is not said twice. */
static void
test_smm (void)
{
  g_autoptr (GPtrArray) list = make_list ();
  g_autoptr (GPtrArray) on = make_arguments (WORDS ("-machine", "q35,smm=on"));
  g_autoptr (GPtrArray) off = make_arguments (WORDS ("-machine", "q35,smm=off"));
  g_autoptr (GPtrArray) with_on = apply (on, list->pdata[1]);
  g_autoptr (GPtrArray) with_off = apply (off, list->pdata[1]);

  g_assert_cmpstr (drover_argument_get_value (with_on->pdata[1]), ==,
                   "pflash0=firmware0,pflash1=vars0");
  g_assert_cmpstr (drover_argument_get_value (with_off->pdata[1]), ==,
                   "pflash0=firmware0,pflash1=vars0,smm=on");
}

/* Firmware of the user's own goes when another is chosen, and only that. */
static void
test_replace (void)
{
  const struct
  {
    const char *const *words;
    const char *rest;
  } cases[] = {
    { WORDS ("-M", "q35", "-bios", "/usr/share/OVMF/OVMF.fd", "-m", "1G"), "-M q35\n-m 1G\n" },
    { WORDS ("-pflash", "a.fd", "-pflash", "b.fd", "-M", "q35"), "-M q35\n" },
    { WORDS ("-drive", "if=pflash,unit=0,file=a.fd", "-drive", "file=disk.img,if=virtio",
             "-drive", "if=pflash,unit=1,file=b.fd"), "-drive file=disk.img,if=virtio\n" },
    { WORDS ("-machine", "q35,pflash0=a,accel=tcg,pflash1=b", "-blockdev",
             "{\"driver\":\"raw\",\"node-name\":\"a\",\"file\":\"f\"}", "-blockdev",
             "driver=file,node-name=f,filename=x", "-blockdev",
             "driver=file,node-name=b,filename=y"),
      "-machine q35,accel=tcg\n" },
    { WORDS ("-machine", "pflash0=a", "-blockdev", "driver=null-co,node-name=a", "-device",
             "virtio-blk,drive=a"),
      "-blockdev driver=null-co,node-name=a\n-device virtio-blk,drive=a\n" },
    { WORDS ("-machine", "virt,firmware=x.bin"), "-machine virt\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) before = make_arguments (cases[i].words);
      g_autoptr (GPtrArray) rest = apply (before, NULL);
      g_autofree char *text = dup_text (rest);

      g_assert_cmpstr (text, ==, cases[i].rest);
    }
}

static void
test_read (void)
{
  const struct
  {
    const char *const *words;
    const char *kind;
    const char *code;
    const char *vars;
    const char *legacy;
  } cases[] = {
    { WORDS ("-M", "q35"), "bios", NULL, NULL, NULL },
    { WORDS ("-bios", "default"), "bios", "default", NULL, NULL },
    { WORDS ("-bios", "none"), "none", "none", NULL, NULL },
    { WORDS ("-bios", "my.rom"), "file", "my.rom", NULL, NULL },
    { WORDS ("-bios", "/usr/share/ovmf/OVMF.fd"), "uefi", "/usr/share/ovmf/OVMF.fd", NULL,
      "-bios" },
    { WORDS ("-bios", "/usr/lib/u-boot/qemu_arm64/u-boot.bin"), "u-boot",
      "/usr/lib/u-boot/qemu_arm64/u-boot.bin", NULL, NULL },
    { WORDS ("-kernel", "vmlinuz"), "kernel", NULL, NULL, NULL },
    { WORDS ("-kernel", "/x/uboot.elf"), "u-boot", NULL, NULL, NULL },
    { WORDS ("#-kernel", "vmlinuz", "#-bios", "x"), "bios", NULL, NULL, NULL },
    { WORDS ("-kernel", "vmlinuz", "-pflash", "OVMF_CODE.fd"), "uefi", "OVMF_CODE.fd", NULL,
      "-pflash" },
    { WORDS ("-drive", "if=pflash,format=raw,unit=1,file=v.fd", "-drive",
             "if=pflash,unit=0,readonly=on,file=/usr/share/ms-code.fd"),
      "secure-boot-enrolled", "/usr/share/ms-code.fd", "v.fd", "-drive if=pflash" },
    { WORDS ("-drive", "if=pflash,file=OVMF_CODE_4M.secboot.fd", "-drive", "if=pflash,file=v.fd"),
      "secure-boot", "OVMF_CODE_4M.secboot.fd", "v.fd", "-drive if=pflash" },
    { WORDS ("-machine", "pflash0=a,pflash1=b", "-blockdev",
             "{\"driver\":\"raw\",\"node-name\":\"a\",\"file\":{\"driver\":\"file\","
             "\"filename\":\"/usr/share/plain-code.fd\"}}",
             "-blockdev", "driver=qcow2,node-name=b,file=c", "-blockdev",
             "driver=file,node-name=c,filename=v.qcow2"),
      "uefi", "/usr/share/plain-code.fd", "v.qcow2", NULL },
  };
  g_autoptr (GPtrArray) list = make_list ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) arguments = make_arguments (cases[i].words);
      g_autoptr (DroverFirmwareReading) reading = drover_firmware_read (arguments, "x86_64", list);

      g_assert_cmpstr (reading->kind, ==, cases[i].kind);
      g_assert_cmpstr (reading->code, ==, cases[i].code);
      g_assert_cmpstr (reading->vars, ==, cases[i].vars);
      g_assert_cmpstr (reading->legacy, ==, cases[i].legacy);
    }
}

/* The way through all choices and back loses nothing of what the user said of the kernel. */
static void
test_choices (void)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GPtrArray) choices = drover_firmware_choices_list (nothing, "riscv64", "virt");
  g_autoptr (GPtrArray) before = make_arguments (
    WORDS ("-machine", "virt", "-kernel", "Image", "-append", "quiet", "-m", "1G"));
  g_autoptr (GPtrArray) arguments = g_ptr_array_ref (before);
  static const char *const kinds[] = { "bios", "u-boot", "file", "none", "kernel" };
  g_autofree char *before_text = dup_text (before);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      DroverFirmwareChoice *choice = drover_firmware_choices_find (choices, kinds[i]);
      g_autoptr (DroverFirmwareReading) reading = NULL;
      g_autoptr (GPtrArray) old = g_steal_pointer (&arguments);
      g_autoptr (GError) error = NULL;

      g_clear_pointer (&choice->why_not, g_free);
      arguments = drover_firmware_choice_apply (choice, old, "riscv64",
                                                g_str_equal (kinds[i], "file") ? "my.bin" : NULL,
                                                &error);
      g_assert_no_error (error);
      reading = drover_firmware_read (arguments, "riscv64", NULL);
      g_assert_cmpstr (reading->kind, ==, kinds[i]);
    }

  text = dup_text (arguments);
  g_assert_cmpstr (text, ==, before_text);
}

static void
test_refused (void)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  g_autoptr (GPtrArray) choices = drover_firmware_choices_list (nothing, "x86_64", "pc-q35-10.0");
  g_autoptr (GPtrArray) arguments = make_arguments (WORDS ("-machine", "q35"));
  DroverFirmwareChoice *kernel = drover_firmware_choices_find (choices, "kernel");
  DroverFirmwareChoice *uefi = drover_firmware_choices_find (choices, "uefi");
  g_autoptr (GError) error = NULL;

  g_assert_true (drover_firmware_choice_needs_file (kernel, arguments));
  g_assert_null (drover_firmware_choice_apply (kernel, arguments, "x86_64", NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (drover_firmware_choice_apply (uefi, arguments, "x86_64", NULL, &error));
  g_assert_nonnull (strstr (error->message, "ovmf"));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);

  g_test_add_func ("/firmware-arguments/apply", test_apply);
  g_test_add_func ("/firmware-arguments/locality", test_locality);
  g_test_add_func ("/firmware-arguments/smm", test_smm);
  g_test_add_func ("/firmware-arguments/replace", test_replace);
  g_test_add_func ("/firmware-arguments/read", test_read);
  g_test_add_func ("/firmware-arguments/choices", test_choices);
  g_test_add_func ("/firmware-arguments/refused", test_refused);

  return drover_test_run ();
}
