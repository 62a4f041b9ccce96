/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "drover-accel.h"
#include "drover-check.h"
#include "drover-download-request.h"
#include "drover-error.h"
#include "drover-firmware-arguments.h"
#include "drover-image.h"
#include "drover-program.h"
#include "drover-template-save.h"
#include "drover-templates.h"
#include "drover-test.h"

static const char *const bundled[] = {
  "arch-cloud", "arch-iso", "debian-13", "debian-13-cloud", "ubuntu-22.04-cloud",
  "ubuntu-22.04-desktop", "ubuntu-22.04-server", "windows-11", "boot-sector", "freedos",
  "hello-world-aarch64", "hello-world-x86_64", "powerpc-mac", "raspberry-pi", "riscv-opensbi",
  "s390x", "uefi-shell",
};

/* What a template says, as short as one can be. */
#define BEFORE "{ \"version\": 1, \"id\": \"own\", \"title\": \"Own\", \"summary\": \"S\", " \
               "\"category\": \"own\", \"architectures\": [ \"x86_64\" ]"
#define WITH(arguments) BEFORE ", \"arguments\": [ " arguments " ] }"

static DroverTemplate *
find (const char *id)
{
  g_autoptr (GError) error = NULL;
  DroverTemplate *template = drover_template_find (id, &error);

  g_assert_no_error (error);
  return template;
}

/* What is to be downloaded can be asked for, and is checked with keys that there are. */
static void
check_media (DroverTemplate *template)
{
  g_autoptr (GPtrArray) media = drover_template_list_media (template, NULL);

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];
      g_autoptr (DroverDownloadRequest) request = NULL;
      g_autoptr (GError) error = NULL;

      if (medium->addresses == NULL)
        continue;
      request = drover_download_request_new (medium->addresses[0]);
      g_set_str (&request->name, medium->name);
      g_set_str (&request->checksums, medium->checksums);
      g_set_str (&request->signature, medium->signature);
      g_set_str (&request->key, medium->key);
      if (g_strcmp0 (medium->form, "of-file") == 0)
        request->form = DROVER_SIGNATURE_OF_FILE;
      g_assert_true (drover_download_request_check (request, &error));
      g_assert_no_error (error);
    }
}

static void
test_bundled (void)
{
  g_autoptr (GPtrArray) broken = NULL;
  g_autoptr (GPtrArray) list = drover_templates_list (&broken);
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "data", "templates", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n_files = 0;

  for (guint i = 0; i < broken->len; i++)
    g_test_message ("%s", ((GError *) broken->pdata[i])->message);
  g_assert_cmpuint (broken->len, ==, 0);
  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (bundled));
  for (guint i = 0; i < list->len; i++)
    {
      g_assert_cmpstr (drover_template_get_id (list->pdata[i]), ==, bundled[i]);
      g_assert_true (drover_template_is_bundled (list->pdata[i]));
      check_media (list->pdata[i]);
    }

  /* None was forgotten in the list of resources, and each is named after its id. */
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && !g_str_equal (name, "template.schema.json"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);
        g_autoptr (DroverTemplate) template = drover_template_load (path, NULL);
        g_autofree char *expected = g_strconcat (drover_template_get_id (template), ".json", NULL);

        g_assert_cmpstr (name, ==, expected);
        n_files++;
      }
  g_assert_cmpuint (n_files, ==, G_N_ELEMENTS (bundled));
}

static const struct
{
  const char *text;
  const char *message;
} wrong[] = {
  { "[]", "A template must be an object" },
  { "{ \"version\": 2 }", "The template is of a version that this Drover does not know" },
  { BEFORE "}", "The template has no “arguments”" },
  { BEFORE ", \"argumentz\": [] }", "argumentz: templates have no such key there" },
  { WITH ("{ \"flag\": \"-m\", \"whi\": \"x\", \"why\": \"x\" }"),
    "arguments[0].whi: templates have no such key there" },
  { WITH ("{ \"flag\": \"-m\" }"), "arguments[0] has no “why”" },
  { WITH ("{ \"flag\": 5, \"why\": \"x\" }"), "arguments[0].flag must be text" },
  { WITH ("{ \"flag\": \"m\", \"why\": \"x\" }"),
    "arguments[0].flag is “m”, but must begin with “-”" },
  { WITH ("{ \"why\": \"x\" }"), "arguments[0] has neither “flag” nor “value”" },
  { WITH ("{ \"flag\": \"-m\", \"value\": \"{memori}\", \"why\": \"x\" }"),
    "arguments[0].value: there is no placeholder “{memori}”" },
  { WITH ("{ \"flag\": \"-fda\", \"value\": \"{media.x}\", \"why\": \"x\" }"),
    "arguments[0].value: there is no placeholder “{media.x}”" },
  { WITH ("{ \"flag\": \"-m\", \"when\": { \"display\": \"yes\" }, \"why\": \"x\" }"),
    "arguments[0].when.display must be true or false" },
  { WITH ("{ \"flag\": \"-m\", \"unless\": { \"given\": [ \"sead\" ] }, \"why\": \"x\" }"),
    "arguments[0].unless.given: there is no placeholder “{sead}”" },
  { WITH ("{ \"flag\": \"-m\", \"parts\": [ { \"value\": \"a\", \"why\": \"x\" } ], "
          "\"why\": \"x\" }"),
    "arguments[0] has “parts”, but no “value” that they belong to" },
  { WITH ("{ \"flag\": \"-m\", \"value\": \"1\", \"parts\": [ { \"value\": \"a\" } ], "
          "\"why\": \"x\" }"),
    "arguments[0].parts[0] has no “why”" },
  { BEFORE ", \"memory\": { \"least\": \"2G\", \"recommended\": \"1G\" }, \"arguments\": [] }",
    "memory.recommended is less than memory.least" },
  { BEFORE ", \"memory\": { \"least\": \"2 GB\", \"recommended\": \"4G\" }, \"arguments\": [] }",
    "memory.least must be a size such as \"512M\" or \"4G\"" },
  { BEFORE ", \"cpus\": { \"least\": 0, \"recommended\": 1 }, \"arguments\": [] }",
    "cpus.least must be a whole number above 0" },
  { BEFORE ", \"press-key\": \"cd1\", \"arguments\": [ { \"flag\": \"-device\", "
    "\"value\": \"ide-cd,id=cd1\", \"why\": \"x\" }, { \"flag\": \"-device\", "
    "\"value\": \"ide-cd,id=cd10\", \"phase\": \"install\", \"why\": \"x\" } ] }",
    "press-key is “cd1”, but no argument of the phase “install” has that id" },
  { BEFORE ", \"tpm\": \"3.0\", \"arguments\": [] }",
    "tpm is “3.0”, but must be one of: 1.2, 2.0" },
  { BEFORE ", \"media\": [ { \"id\": \"a\", \"kind\": \"data\", \"title\": \"A\" } ], "
    "\"arguments\": [] }",
    "media[0]: the kind “data” has the key “data”, and no other kind has" },
  { BEFORE ", \"media\": [ { \"id\": \"a\", \"kind\": \"iso\", \"title\": \"A\", "
    "\"addresses\": [ \"https://x/\" ] } ], \"arguments\": [] }",
    "media[0]: what is downloaded has a checksum or a signature; where its publisher has none, "
    "“note” says so" },
  { BEFORE ", \"media\": [ { \"id\": \"a\", \"kind\": \"iso\", \"title\": \"A\", "
    "\"signature\": \"https://x/s\" } ], \"arguments\": [] }",
    "media[0]: a signature and its key come together" },
  { BEFORE ", \"media\": [ { \"id\": \"../a\", \"kind\": \"iso\", \"title\": \"A\" } ], "
    "\"arguments\": [] }",
    "media[0].id is “../a”; an id has small letters, digits, “-”, “_” and “.”" },
};

static void
test_wrong (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DroverTemplate) template = drover_template_parse (wrong[i].text, -1, &error);

      g_assert_null (template);
      g_assert_error (error, DROVER_ERROR, DROVER_ERROR_TEMPLATE);
      g_assert_cmpstr (error->message, ==, wrong[i].message);
    }
}

/* Values that are put in are QEMU's text only where they stand among keys. */
static void
test_escape (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverTemplate) template = drover_template_parse (
    BEFORE ", \"media\": [ { \"id\": \"x\", \"kind\": \"file\", \"title\": \"X\" } ], "
    "\"arguments\": [ "
    "{ \"flag\": \"-kernel\", \"value\": \"{media.x}\", \"why\": \"w\" }, "
    "{ \"flag\": \"-drive\", \"value\": \"file={media.x},format=raw\", \"why\": \"w\" }, "
    "{ \"flag\": \"-device\", \"value\": \"{{\\\"driver\\\": {{memory}\", \"why\": \"w\" }, "
    "{ \"flag\": \"-append\", \"value\": \"{ {Big} {1\", \"why\": \"w\" } ] }", -1, &error);
  g_autoptr (GHashTable) media = g_hash_table_new (g_str_hash, g_str_equal);
  const DroverTemplateHost host = { .architecture = "x86_64", .accelerator = "tcg" };
  DroverTemplateChoices choices = DROVER_TEMPLATE_CHOICES_INIT;
  g_autoptr (DroverDocument) document = NULL;
  g_auto (GStrv) argv = NULL;

  g_assert_no_error (error);
  document = drover_template_make_document (template, &host, &choices, &error);
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT);
  g_assert_cmpstr (error->message, ==, "“Own” cannot be made without “X”: no file was given for it");
  g_clear_error (&error);

  g_hash_table_insert (media, (char *) "x", (char *) "/a,{b}");
  choices.media = media;
  document = drover_template_make_document (template, &host, &choices, &error);
  g_assert_no_error (error);
  argv = drover_document_dup_argv (document);
  g_assert_cmpstr (argv[2], ==, "/a,{b}");
  g_assert_cmpstr (argv[4], ==, "file=/a,,{b},format=raw");
  g_assert_cmpstr (argv[6], ==, "{\"driver\": {memory}");
  g_assert_cmpstr (argv[8], ==, "{ {Big} {1");
}

static void
test_sizes (void)
{
  const guint64 gib = (guint64) 1 << 30;
  g_autoptr (DroverTemplate) windows = find ("windows-11");
  g_autoptr (DroverTemplate) dos = find ("freedos");
  const DroverTemplateHost small = { .architecture = "x86_64", .memory = 6 * gib, .cpus = 1 };
  const DroverTemplateHost middle = { .architecture = "x86_64", .memory = 13 * gib, .cpus = 3 };
  const DroverTemplateHost large = { .architecture = "x86_64", .memory = 64 * gib, .cpus = 32 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (drover_template_suggest_memory (windows, &small), ==, 4 * gib);
  g_assert_cmpuint (drover_template_suggest_memory (windows, &middle), ==, 6 * gib);
  g_assert_cmpuint (drover_template_suggest_memory (windows, &large), ==, 8 * gib);
  g_assert_cmpuint (drover_template_suggest_cpus (windows, &small), ==, 2);
  g_assert_cmpuint (drover_template_suggest_cpus (windows, &middle), ==, 3);
  g_assert_cmpuint (drover_template_suggest_cpus (windows, &large), ==, 4);

  g_assert_true (drover_template_check_sizes (windows, 4 * gib, 2, 64 * gib, &error));
  g_assert_false (drover_template_check_sizes (windows, 0, 0, 20 * gib, &error));
  g_assert_cmpstr (error->message, ==,
                   "A disk of 20.0\302\240GiB is too small for Windows 11: it needs 64.0\302\240GiB");
  g_clear_error (&error);
  g_assert_false (drover_template_check_sizes (windows, gib, 0, 0, &error));
  g_assert_cmpstr (error->message, ==,
                   "1.0\302\240GiB of memory are too little for Windows 11: it needs 4.0\302\240GiB");
  g_clear_error (&error);
  g_assert_false (drover_template_check_sizes (windows, 0, 1, 0, &error));
  g_assert_cmpstr (error->message, ==, "Windows 11 needs at least 2 processors, not 1");
  g_clear_error (&error);
  g_assert_false (drover_template_check_sizes (dos, 4 * gib, 0, 0, &error));
  g_assert_cmpstr (error->message, ==,
                   "4.0\302\240GiB of memory are too much for BIOS PC: its board takes 3.0\302\240GiB");
}

/* One way to make a machine. */
typedef struct
{
  DroverTemplate *template;
  const char *architecture;
  const char *accelerator;
  const char *firmware;
  gboolean display;
  gboolean unattended;
  gboolean optional;
} Way;

static const char *const hyperv[] = {
  "hv_relaxed", "hv-vapic", "hv-spinlocks", "hv-vpindex", "hv-runtime", "hv-time", "hv-synic",
  "hv-stimer", "hv-frequencies", "hv-tlbflush", "hv-ipi", NULL,
};

static DroverDocument *
make (const Way *way)
{
  const DroverTemplateHost host = {
    .architecture = way->architecture,
    .accelerator = way->accelerator,
    .os = "linux",
    .memory = (guint64) 64 << 30,
    .cpus = 8,
    .cpu_features = g_str_equal (way->accelerator, "kvm") ? hyperv : NULL,
  };
  g_autoptr (GHashTable) paths = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GPtrArray) media = drover_template_list_media (way->template, way->architecture);
  const char *kind = drover_template_get_unattended (way->template);
  const gboolean seeded = way->unattended && g_strcmp0 (kind, "preseed") != 0;
  const DroverTemplateChoices choices = {
    .media = paths,
    .kernel = "linux",
    .initrd = "initrd.gz",
    .seed = seeded ? "seed.iso" : NULL,
    .unattended = way->unattended,
    .firmware = way->firmware,
    .display = way->display,
    .ssh_port = way->unattended ? 22220 : 0,
    .user = way->unattended ? "anna" : NULL,
  };
  g_autoptr (GError) error = NULL;
  DroverDocument *document;

  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];

      if (!medium->optional || way->optional)
        g_hash_table_insert (paths, medium->id, g_strconcat (medium->id, ".file", NULL));
    }
  document = drover_template_make_document (way->template, &host, &choices, &error);
  g_assert_no_error (error);
  return document;
}

static void
check_notes (DroverDocument *document)
{
  GPtrArray *arguments = drover_document_get_arguments (document);

  for (guint i = 0; i < arguments->len; i++)
    {
      const char *note = drover_argument_get_note (arguments->pdata[i]);

      g_assert_nonnull (note);
      g_assert_true (g_str_has_suffix (note, "."));
    }
}

static char *
describe (const Way *way, DroverDocument *document)
{
  GString *text = g_string_new (NULL);
  GPtrArray *arguments = drover_document_get_arguments (document);

  g_string_append_printf (text, "== %s %s%s%s%s%s%s\n", way->architecture, way->accelerator,
                          way->firmware != NULL ? " " : "",
                          way->firmware != NULL ? way->firmware : "",
                          way->display ? " screen" : "", way->unattended ? " unattended" : "",
                          way->optional ? " all-media" : "");
  for (guint i = 0; i < arguments->len; i++)
    {
      const char *flag = drover_argument_get_flag (arguments->pdata[i]);
      const char *value = drover_argument_get_value (arguments->pdata[i]);
      const char *phase = drover_argument_get_phase (arguments->pdata[i]);

      g_string_append_printf (text, "%s%s%s%s%s\n", phase != NULL ? phase : "",
                              phase != NULL ? ": " : "", flag, value != NULL ? " " : "",
                              value != NULL ? value : "");
    }
  g_string_append_c (text, '\n');
  return g_string_free (text, FALSE);
}

typedef void (*WayFunc) (const Way *way, gpointer user_data);

/* Every way of a template: its guests, its firmware, with and without KVM, a screen, answers and
 * what it can do without. */
static void
for_each_way (DroverTemplate *template, WayFunc func, gpointer user_data)
{
  static const char *const accelerators[] = { "tcg", "kvm" };
  const char *const *architectures = drover_template_get_architectures (template);
  const gboolean answers = drover_template_get_unattended (template) != NULL;

  for (guint a = 0; architectures[a] != NULL; a++)
    {
      g_auto (GStrv) firmwares = drover_template_dup_firmwares (template, architectures[a]);
      const guint n_firmwares = MAX (g_strv_length (firmwares), 1);

      for (guint i = 0; i < n_firmwares * 16; i++)
        {
          const Way way = { template, architectures[a], accelerators[(i >> 3) & 1],
                            firmwares[i >> 4], (i & 1) != 0, (i & 2) != 0, (i & 4) != 0 };

          if (!way.unattended || answers)
            func (&way, user_data);
        }
    }
}

static void
describe_cb (const Way *way, gpointer user_data)
{
  g_autoptr (DroverDocument) document = make (way);
  g_autofree char *text = describe (way, document);

  check_notes (document);
  g_assert_cmpstr (drover_document_get_accelerator (document), ==, "automatic");
  g_assert_true ((drover_document_get_member (document, "install") != NULL) == way->unattended);
  /* The same command line for many ways would hide the ways that differ. */
  if (strstr (((GString *) user_data)->str, strchr (text, '\n')) == NULL)
    g_string_append (user_data, text);
}

static void
test_golden (gconstpointer data)
{
  g_autoptr (DroverTemplate) template = find (data);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *name = g_strconcat (data, ".txt", NULL);
  g_autofree char *path =
    g_test_build_filename (G_TEST_DIST, "core", "machine", "templates", name, NULL);
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  for_each_way (template, describe_cb, text);
  if (g_strcmp0 (g_getenv ("DROVER_TEST_REGENERATE"), "1") == 0)
    {
      g_file_set_contents (path, text->str, -1, &error);
      g_assert_no_error (error);
      return;
    }
  g_file_get_contents (path, &expected, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, expected);
}

/* A device tree with nothing in it but how long addresses and sizes are. */
static void
write_device_tree (const char *path)
{
  /* The file is big-endian. */
  guint32 words[] = {
    /* header: mark, sizes, places, versions */
    0xd00dfeed, 132, 56, 104, 40, 17, 16, 0, 27, 48,
    /* no reserved memory */
    0, 0, 0, 0,
    /* the root, its two properties, the end */
    1, 0, 3, 4, 0, 2, 3, 4, 15, 1, 2, 9,
  };
  static const char strings[28] = "#address-cells\0#size-cells";
  g_autoptr (GByteArray) tree = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    words[i] = GUINT32_TO_BE (words[i]);
  g_byte_array_append (tree, (const guint8 *) words, sizeof words);
  g_byte_array_append (tree, (const guint8 *) strings, sizeof strings);
  g_assert_true (g_file_set_contents (path, (const char *) tree->data, tree->len, NULL));
}

/* Small stand-ins for what a machine is made from: QEMU opens them, no guest runs. */
static void
make_files (const char *folder, DroverTemplate *template)
{
  static const char *const files[] = { "seed.iso", "initrd.gz", "linux" };
  g_autoptr (GPtrArray) media = drover_template_list_media (template, NULL);
  g_autofree char *disk = g_build_filename (folder, "disk.qcow2", NULL);
  g_autofree char *zeros = g_malloc0 (1 << 20);
  g_autoptr (GError) error = NULL;

  /* What a PC's QEMU looks at in a Linux kernel: its mark, protocol 2.12, that it goes above
   * 1 MiB, and how far up its RAM disk may be. */
  memcpy (zeros + 0x202, "HdrS\x0c\x02", 6);
  zeros[0x211] = 1;
  memcpy (zeros + 0x22c, "\xff\xff\xff\x37", 4);
  g_assert_true (drover_test_await (drover_image_create (disk, "qcow2", 1 << 20), &error));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_assert_true (g_file_set_contents (path, zeros, 1 << 16, NULL));
    }
  for (guint i = 0; i < media->len; i++)
    {
      const DroverTemplateMedium *medium = media->pdata[i];
      g_autofree char *name = g_strconcat (medium->id, ".file", NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (medium->data != NULL)
        g_assert_true (g_file_set_contents (path, g_bytes_get_data (medium->data, NULL),
                                            g_bytes_get_size (medium->data), NULL));
      else if (g_str_equal (medium->id, "device-tree"))
        write_device_tree (path);
      else
        g_assert_true (g_file_set_contents (path, zeros, g_str_equal (medium->id, "floppy")
                                                           ? 368640 : 1 << 20, NULL));
    }
}

typedef struct
{
  char *folder;
  GHashTable *seen;
  guint n;
} Dry;

/* The machine as it would be made: with its firmware, whose store is a copy in its folder. */
static DroverDocument *
with_firmware (const Way *way, DroverDocument *document, const char *folder)
{
  g_autoptr (GPtrArray) list = drover_firmware_list (drover_document_get_program (document));
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (DroverFirmware) firmware = NULL;
  g_autofree char *vars = NULL;
  g_autofree char *contents = NULL;
  gsize length;
  g_autoptr (GError) error = NULL;

  if (way->firmware == NULL || g_str_equal (way->firmware, "bios"))
    return drover_document_ref (document);

  firmware = drover_firmware_choose (list, way->architecture,
                                     g_str_equal (way->architecture, "x86_64") ? "pc-q35-10.0"
                                                                               : "virt-10.0",
                                     way->firmware, &error);
  g_assert_no_error (error);
  arguments = drover_firmware_apply (drover_document_get_arguments (document), way->architecture,
                                     firmware, "vars.fd", &error);
  g_assert_no_error (error);
  vars = g_build_filename (folder, "vars.fd", NULL);
  g_file_get_contents (firmware->vars, &contents, &length, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (vars, contents, length, NULL));
  return drover_document_with_arguments (document, arguments);
}

/* Whether this host's KVM runs such a guest; asked once. */
static gboolean
has_kvm (const char *architecture)
{
  static GHashTable *answers;
  gpointer answer;

  if (answers == NULL)
    answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!g_hash_table_lookup_extended (answers, architecture, NULL, &answer))
    {
      g_autofree char *program = g_strconcat ("qemu-system-", architecture, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (DroverAccelReport) report =
        drover_test_await_boxed (drover_accel_choose (program, NULL, NULL), &error);

      g_assert_no_error (error);
      answer = GINT_TO_POINTER (
        drover_accel_report_get_verdict (report) == DROVER_ACCEL_VERDICT_PASSED &&
        g_strcmp0 (drover_accel_report_get_accelerator (report), "kvm") == 0);
      g_test_message ("%s: KVM is %s", architecture, answer != NULL ? "used" : "not usable here");
      g_hash_table_insert (answers, g_strdup (architecture), answer);
    }

  return answer != NULL;
}

/* Without KVM the processor "host" is not there either; with "max" instead QEMU still has to know
 * all the rest, each of the processor's features included. */
static DroverArgument *
without_host_cpu (DroverArgument *argument)
{
  const char *value = drover_argument_get_value (argument);
  g_autofree char *changed = NULL;

  if (g_strcmp0 (drover_argument_get_flag (argument), "-cpu") != 0 ||
      !g_str_has_prefix (value, "host"))
    return drover_argument_ref (argument);

  changed = g_strconcat ("max", value + strlen ("host"), NULL);
  return drover_argument_with_value (argument, changed);
}

static DroverDocument *
with_accelerator (const Way *way, DroverDocument *document)
{
  const gboolean kvm = g_str_equal (way->accelerator, "kvm") && has_kvm (way->architecture);
  g_autoptr (DroverDocument) plain = drover_document_with_accelerator (document, NULL);
  GPtrArray *before = drover_document_get_arguments (plain);
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  g_ptr_array_add (arguments, drover_argument_new ("-accel", kvm ? "kvm" : "tcg"));
  for (guint i = 0; i < before->len; i++)
    g_ptr_array_add (arguments, kvm ? drover_argument_ref (before->pdata[i])
                                    : without_host_cpu (before->pdata[i]));
  return drover_document_with_arguments (plain, arguments);
}

static void
dry_run_cb (const Way *way, gpointer user_data)
{
  Dry *dry = user_data;
  g_autoptr (DroverDocument) bare = make (way);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (DroverDocument) whole = NULL;
  g_autoptr (DroverCheck) check = NULL;
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  /* A screen or none makes no difference to answers. */
  if (way->unattended && !way->display)
    return;
  document = with_firmware (way, bare, dry->folder);
  whole = with_accelerator (way, document);
  argv = drover_document_dup_argv (whole);
  if (!g_hash_table_add (dry->seen, g_strjoinv ("\n", argv)))
    return;

  check = drover_test_await_boxed (drover_check_run (whole, dry->folder), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < check->problems->len; i++)
    {
      const DroverCheckProblem *problem = check->problems->pdata[i];

      if (problem->fatal)
        g_error ("%s: %s", argv[0], problem->message);
      g_test_message ("%s", problem->message);
    }
  g_assert_true (check->passed);
  dry->n++;
}

static void
test_dry_run (gconstpointer data)
{
  g_autoptr (DroverTemplate) template = find (data);
  const char *const *architectures = drover_template_get_architectures (template);
  Dry dry = { g_build_filename (drover_test_dir (), data, NULL),
              g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), 0 };

  for (guint i = 0; architectures[i] != NULL; i++)
    {
      g_autofree char *program = g_strconcat ("qemu-system-", architectures[i], NULL);
      g_autofree char *path = drover_program_find (program, NULL);

      if (path == NULL)
        {
          g_autofree char *why = g_strdup_printf ("%s is not installed", program);

          g_test_skip (why);
          return;
        }
    }

  g_assert_cmpint (g_mkdir_with_parents (dry.folder, 0700), ==, 0);
  make_files (dry.folder, template);
  for_each_way (template, dry_run_cb, &dry);
  g_assert_cmpuint (dry.n, >, 0);
  g_test_message ("%u machines", dry.n);
  g_hash_table_unref (dry.seen);
  g_free (dry.folder);
}

/* What a learner sees first, of the machines that need nothing of the user's. */
static const struct
{
  const char *id;
  const char *words;
} first_words[] = {
  { "boot-sector", "Hello from 512 bytes!" },
  { "powerpc-mac", "Welcome to OpenBIOS" },
  { "riscv-opensbi", "Boot HART" },
  { "s390x", "No suitable device for IPL" },
  { "uefi-shell", "UEFI Interactive Shell" },
};

static void
wait_for_words (GInputStream *stream, const char *words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char buffer[4096];
  gssize n;

  while (g_strstr_len (text->str, text->len, words) == NULL)
    {
      n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, &error);
      g_assert_no_error (error);
      if (n == 0)
        g_error ("QEMU ended without “%s”: %s", words, text->str);
      for (gssize i = 0; i < n; i++)
        if (buffer[i] != '\0')
          g_string_append_c (text, buffer[i]);
    }
}

static void
test_first_words (gconstpointer data)
{
  const guint index = GPOINTER_TO_UINT (data);
  g_autoptr (DroverTemplate) template = find (first_words[index].id);
  const Way way = { template, drover_template_get_architectures (template)[0], "tcg",
                    drover_template_get_firmware (
                      template, drover_template_get_architectures (template)[0]) };
  g_autofree char *folder = g_build_filename (drover_test_dir (), "words", first_words[index].id,
                                              NULL);
  g_autoptr (DroverDocument) bare = make (&way);
  g_autoptr (DroverDocument) document = NULL;
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDIN_PIPE);
  g_autoptr (GSubprocess) qemu = NULL;
  g_autofree char *program = drover_program_find (drover_document_get_program (bare), NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  if (program == NULL)
    {
      g_test_skip ("this QEMU is not installed");
      return;
    }
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  make_files (folder, template);
  document = with_firmware (&way, bare, folder);
  argv = drover_document_dup_argv (document);
  g_subprocess_launcher_set_cwd (launcher, folder);
  qemu = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv, &error);
  g_assert_no_error (error);
  wait_for_words (g_subprocess_get_stdout_pipe (qemu), first_words[index].words);
  g_subprocess_force_exit (qemu);
  g_assert_true (g_subprocess_wait (qemu, NULL, &error));
}

static void
write_own (const char *name, const char *text)
{
  g_autofree char *folder = drover_templates_dup_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_own (void)
{
  g_autofree char *folder = drover_templates_dup_folder ();
  g_autofree char *outside = g_build_filename (drover_test_dir (), "given.drover-template", NULL);
  g_autoptr (GPtrArray) broken = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (DroverTemplate) added = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = NULL;

  /* A broken one is named; the others are there. */
  write_own ("broken.json", WITH ("{ \"flag\": \"-m\" }"));
  write_own ("syntax.json", "{ \"version\": 1,\n \"id\": }");
  write_own ("imposter.json", "{ \"version\": 1, \"id\": \"debian-13\", \"title\": \"T\", "
             "\"summary\": \"S\", \"category\": \"own\", \"architectures\": [ \"x86_64\" ], "
             "\"arguments\": [] }");
  list = drover_templates_list (&broken);
  g_assert_cmpuint (list->len, ==, G_N_ELEMENTS (bundled));
  g_assert_cmpuint (broken->len, ==, 3);
  g_assert_nonnull (strstr (((GError *) broken->pdata[0])->message,
                            "templates/broken.json: arguments[0] has no “why”"));
  g_assert_nonnull (strstr (((GError *) broken->pdata[1])->message, "imposter.json"));
  g_assert_nonnull (strstr (((GError *) broken->pdata[2])->message, "syntax.json"));

  /* One is taken in, not twice, and not in the place of a bundled one. */
  g_assert_true (g_file_set_contents (outside, WITH (""), -1, NULL));
  added = drover_templates_add (outside, FALSE, &error);
  g_assert_no_error (error);
  copy = g_build_filename (folder, "own.drover-template", NULL);
  g_assert_cmpstr (drover_template_get_path (added), ==, copy);
  g_assert_false (drover_templates_save (added, FALSE, &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_true (drover_templates_save (added, TRUE, &error));

  g_clear_pointer (&list, g_ptr_array_unref);
  list = drover_templates_list (NULL);
  g_assert_cmpstr (drover_template_get_id (list->pdata[0]), ==, "own");
  g_assert_false (drover_template_is_bundled (list->pdata[0]));

  g_assert_false (drover_templates_remove ("windows-11", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_BAD_STATE);
  g_clear_error (&error);
  g_assert_true (drover_templates_remove ("own", &error));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_false (drover_templates_remove ("own", &error));
  g_assert_error (error, DROVER_ERROR, DROVER_ERROR_NO_SUCH_TEMPLATE);
}

static DroverDocument *
make_machine (const char *const *words)
{
  g_autoptr (DroverDocument) bare = drover_document_new ("Lab", "/opt/qemu-system-x86_64");
  g_autoptr (GPtrArray) arguments =
    g_ptr_array_new_with_free_func ((GDestroyNotify) drover_argument_unref);

  for (guint i = 0; words[i] != NULL; i += 2)
    g_ptr_array_add (arguments, drover_argument_new (words[i], words[i + 1]));
  return drover_document_with_arguments (bare, arguments);
}

static void
test_save (void)
{
  static const char *const words[] = {
    "-m", "2048", "-smp", "3", "-append", "a {memory} {x",
    "-drive", "file=disk.img,format=raw,if=virtio", "-cdrom", "/home/anna/secret place/x.iso",
    "-blockdev", "driver=raw,node-name=b,read-only=on,file.driver=file,file.filename=/home/anna/y",
    "-object", "secret,id=s,data=hunter2", "-netdev", "user,id=n",
    "-device", "e1000,netdev=n,mac=52:54:00:12:34:56", "-uuid", "6d5ac9a0-0000-4000-8000-1",
    "-spice", "port=1,password=hunter2", NULL };
  g_autofree char *folder = g_build_filename (drover_test_dir (), "lab", NULL);
  g_autoptr (DroverDocument) document = make_machine (words);
  g_autoptr (DroverTemplate) template = NULL;
  g_autoptr (DroverDocument) again = NULL;
  const DroverTemplateHost host = { .architecture = "x86_64", .accelerator = "tcg" };
  DroverTemplateChoices choices = DROVER_TEMPLATE_CHOICES_INIT;
  g_autoptr (GHashTable) media = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GStrv) left_out = NULL;
  g_auto (GStrv) argv = NULL;
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  g_autoptr (GError) error = NULL;

  template = drover_template_new_from_document (document, folder, "lab", "Lab", NULL, &left_out,
                                                &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (left_out), ==, 7);
  text = drover_template_to_text (template);
  g_assert_null (strstr (text, "anna"));
  g_assert_null (strstr (text, "hunter2"));
  g_assert_null (strstr (text, "52:54"));
  g_assert_null (strstr (text, "6d5ac9a0"));
  g_assert_cmpuint (drover_template_get_memory (template), ==, (guint64) 2 << 30);
  g_assert_cmpuint (drover_template_get_cpus (template), ==, 3);
  g_assert_cmpuint (drover_template_get_disk (template), ==, (guint64) 20 << 30);

  g_hash_table_insert (media, (char *) "file1", (char *) "/b.iso");
  g_hash_table_insert (media, (char *) "file2", (char *) "/c,d");
  choices.media = media;
  again = drover_template_make_document (template, &host, &choices, &error);
  g_assert_no_error (error);
  g_assert_null (drover_document_get_accelerator (again));
  argv = drover_document_dup_argv (again);
  line = g_strjoinv (" ", argv);
  g_assert_cmpstr (line, ==,
                   "qemu-system-x86_64 -m 2G -smp 3 -append a {memory} {x "
                   "-drive file=disk.qcow2,format=qcow2,if=virtio -cdrom /b.iso "
                   "-blockdev driver=raw,node-name=b,read-only=on,file.driver=file,"
                   "file.filename=/c,,d -netdev user,id=n -device e1000,netdev=n -spice port=1");
}

/* What a template makes becomes a template that makes the same. */
static void
test_save_again (void)
{
  g_autoptr (DroverTemplate) template = find ("debian-13-cloud");
  const Way way = { template, "x86_64", "tcg", "uefi", TRUE, TRUE, TRUE };
  g_autoptr (DroverDocument) first = make (&way);
  g_autoptr (DroverTemplate) own = NULL;
  g_autoptr (DroverDocument) second = NULL;
  g_auto (GStrv) before = drover_document_dup_argv (first);
  g_auto (GStrv) after = NULL;
  g_autoptr (GError) error = NULL;
  Way own_way = way;

  own = drover_template_new_from_document (first, drover_test_dir (), "again", "Again", "S", NULL,
                                           &error);
  g_assert_no_error (error);
  own_way.template = own;
  second = make (&own_way);
  after = drover_document_dup_argv (second);
  g_assert_cmpstrv (before, after);
}

/* Who follows the installation finds in the machine which disc waits for a key. */
static void
test_press_key (void)
{
  g_autoptr (DroverTemplate) windows = find ("windows-11");
  g_autoptr (DroverTemplate) debian = find ("debian-13");
  const Way with = { windows, "x86_64", "tcg", "secure-boot-enrolled", TRUE, TRUE, TRUE };
  const Way without = { debian, "x86_64", "tcg", "uefi", TRUE, TRUE, TRUE };
  g_autoptr (DroverDocument) first = make (&with);
  g_autoptr (DroverDocument) second = make (&without);
  JsonObject *record = json_node_get_object (drover_document_get_member (first, "install"));
  g_autoptr (DroverTemplate) own =
    drover_template_new_from_document (first, drover_test_dir (), "own", "Own", NULL, NULL, NULL);

  g_assert_cmpstr (json_object_get_string_member (record, "press-key"), ==, "cd1");
  g_assert_cmpstr (drover_template_get_press_key (own), ==, "cd1");
  record = json_node_get_object (drover_document_get_member (second, "install"));
  g_assert_false (json_object_has_member (record, "press-key"));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/template/bundled", test_bundled);
  g_test_add_func ("/template/wrong", test_wrong);
  g_test_add_func ("/template/escape", test_escape);
  g_test_add_func ("/template/sizes", test_sizes);
  g_test_add_func ("/template/save", test_save);
  g_test_add_func ("/template/save-again", test_save_again);
  g_test_add_func ("/template/press-key", test_press_key);
  for (guint i = 0; i < G_N_ELEMENTS (bundled); i++)
    {
      g_autofree char *golden = g_strconcat ("/template/golden/", bundled[i], NULL);
      g_autofree char *dry = g_strconcat ("/template/dry-run/", bundled[i], NULL);

      g_test_add_data_func (golden, bundled[i], test_golden);
      g_test_add_data_func (dry, bundled[i], test_dry_run);
    }
  for (guint i = 0; i < G_N_ELEMENTS (first_words); i++)
    {
      g_autofree char *path = g_strconcat ("/template/first-words/", first_words[i].id, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_first_words);
    }
  g_test_add_func ("/template/own", test_own);
  return drover_test_run ();
}
