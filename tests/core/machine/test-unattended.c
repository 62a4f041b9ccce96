/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <crypt.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "drover-password.h"
#include "drover-seed.h"
#include "drover-test.h"
#include "drover-unattended.h"

/* The files of each kind are compared with those in golden/, and given to the programs that read
 * them, where these are installed. With DROVER_TEST_REGENERATE=1 the golden files are written
 * instead, to be looked at before they are committed. */

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE9zVHNqdJgPVsLU+cTfVYxyCtrnvRI6h/tPJNC+VyLm"
#define HASH "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOm" \
  "SuNp2xS0ktL3nh/"

static const char *const kinds[] = {
  "autoinstall", "cloud-init", "archinstall", "preseed", "autounattend",
};

static char *const keys[] = { (char *) KEY " anna@host", NULL };

/* Nothing of it comes from the host. */
static DroverUnattended *
new_for (const char *kind)
{
  DroverUnattended *self = drover_unattended_new (kind);

  g_set_str (&self->user, "anna");
  g_set_str (&self->real_name, "Anna Müller");
  g_set_str (&self->host_name, "guest");
  g_set_str (&self->locale, "de_DE.UTF-8");
  g_set_str (&self->keyboard, "de");
  g_set_str (&self->keyboard_variant, "nodeadkeys");
  g_set_str (&self->time_zone, "Europe/Berlin");
  self->uefi = TRUE;
  if (drover_unattended_takes_password (kind))
    {
      g_set_str (&self->password_hash, HASH);
      self->ssh_keys = g_strdupv ((char **) keys);
    }
  return self;
}

static GHashTable *
make_files (const DroverUnattended *self)
{
  g_autoptr (GError) error = NULL;
  GHashTable *files = drover_unattended_make_files (self, &error);

  g_assert_no_error (error);
  return files;
}

/* A copy that ends in a NUL, kept until the program ends. */
static const char *
get_text (GHashTable *files, const char *name)
{
  static GPtrArray *kept;
  GBytes *bytes = g_hash_table_lookup (files, name);
  char *text;

  if (kept == NULL)
    kept = g_ptr_array_new_with_free_func (g_free);
  g_assert_nonnull (bytes);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_cmpuint (strlen (text), ==, g_bytes_get_size (bytes));
  g_ptr_array_add (kept, text);
  return text;
}

static void
save (GHashTable *files, const char *name, const char *path)
{
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, get_text (files, name), -1, &error);
  g_assert_no_error (error);
}

/* --- golden files ---------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *kind;
  void (*change) (DroverUnattended *self);
} Golden;

static void
key_only (DroverUnattended *self)
{
  g_set_str (&self->password_hash, NULL);
  g_set_str (&self->keyboard_variant, NULL);
  g_set_str (&self->real_name, NULL);
  g_set_str (&self->mirror, "http://10.0.2.2:3142/debian");
  g_set_str (&self->security_mirror, "http://10.0.2.2:3142/debian-security");
  g_set_str (&self->architecture, "aarch64");
  g_set_str (&self->disk, "/dev/sda");
  self->packages = g_strsplit ("vim curl", " ", 0);
}

static void
desktop (DroverUnattended *self)
{
  self->desktop = TRUE;
  self->uefi = FALSE;
  g_clear_pointer (&self->ssh_keys, g_strfreev);
  g_set_str (&self->security_mirror, "");
}

static void
key_only_x86 (DroverUnattended *self)
{
  key_only (self);
  g_set_str (&self->architecture, "x86_64");
  self->uefi = FALSE;
}

static void
agreed (DroverUnattended *self)
{
  self->accept_licence = TRUE;
  g_set_str (&self->edition, "Windows 11 Pro");
  g_set_str (&self->architecture, "aarch64");
  g_set_str (&self->time_zone, "Antarctica/Troll");
  g_set_str (&self->keyboard, "xx");
  g_set_str (&self->real_name, NULL);
}

static const Golden goldens[] = {
  { "autoinstall", "autoinstall" },
  { "autoinstall-key-only", "autoinstall", key_only },
  { "autoinstall-desktop", "autoinstall", desktop },
  { "cloud-init", "cloud-init" },
  { "cloud-init-key-only", "cloud-init", key_only },
  { "archinstall", "archinstall" },
  { "archinstall-key-only", "archinstall", key_only_x86 },
  { "preseed", "preseed" },
  { "preseed-key-only", "preseed", key_only },
  { "preseed-desktop", "preseed", desktop },
  { "autounattend", "autounattend" },
  { "autounattend-agreed", "autounattend", agreed },
};

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  g_autoptr (DroverUnattended) self = new_for (golden->kind);
  g_autoptr (GHashTable) files = NULL;
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *file = g_strconcat (golden->name, ".txt", NULL);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "core", "machine", "golden", file,
                                                 NULL);
  g_autofree char *words = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (GError) error = NULL;

  if (golden->change != NULL)
    golden->change (self);
  words = drover_unattended_dup_kernel_words (self);
  g_string_append_printf (text, "=== kernel: %s\n", words != NULL ? words : "none");

  files = make_files (self);
  names = g_hash_table_get_keys_as_ptr_array (files);
  g_ptr_array_sort_values (names, (GCompareFunc) g_strcmp0);
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (text, "=== %s\n%s", (char *) names->pdata[i],
                            get_text (files, names->pdata[i]));

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

/* --- the programs that read them ------------------------------------------------------------- */

static gboolean
lacks (const char *program)
{
  g_autofree char *path = g_find_program_in_path (program);
  g_autofree char *message = NULL;

  if (path != NULL)
    return FALSE;

  message = g_strdup_printf ("%s is not installed", program);
  g_test_skip (message);
  return TRUE;
}

static void
run (const char *program, ...)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  g_autofree char *output = NULL;
  g_autofree char *words = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;
  int status;

  va_start (args, program);
  for (const char *word = program; word != NULL; word = va_arg (args, const char *))
    g_strv_builder_add (builder, word);
  va_end (args);
  argv = g_strv_builder_end (builder);

  g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &words, &status,
                &error);
  g_assert_no_error (error);
  g_test_message ("%s %s: %s%s", program, argv[1], output, words);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  /* It has warnings, with which it does not fail. */
  g_assert_null (strstr (output, "Warning"));
  g_assert_null (strstr (words, "warning"));
}

static char *
dup_path (const char *name)
{
  return g_build_filename (drover_test_dir (), name, NULL);
}

static void
change_for (DroverUnattended *self, guint way)
{
  if (way == 1)
    key_only_x86 (self);
  else if (way == 2)
    desktop (self);
}

static void
test_cloud_init_schema (void)
{
  static const char *const seeds[] = { "cloud-init", "autoinstall", "archinstall" };
  g_autofree char *path = dup_path ("user-data");
  g_autofree char *network = dup_path ("network-config");

  if (lacks ("cloud-init"))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    for (guint way = 0; way < 3; way++)
      {
        g_autoptr (DroverUnattended) self = new_for (seeds[i]);
        g_autoptr (GHashTable) files = NULL;

        change_for (self, way);
        files = make_files (self);
        save (files, "user-data", path);
        run ("cloud-init", "schema", "--config-file", path, NULL);
        if (i > 0)
          continue;

        save (files, "network-config", network);
        run ("cloud-init", "schema", "--schema-type", "network-config", "--config-file", network,
             NULL);
      }
}

/* cloud-init and subiquity read YAML; to them our JSON must mean what it means. */
static void
test_yaml (void)
{
  static const char *const seeds[] = { "cloud-init", "autoinstall", "archinstall" };
  g_autofree char *path = dup_path ("yaml");

  int status = 0;

  if (lacks ("python3"))
    return;
  g_spawn_command_line_sync ("python3 -c \"import yaml\"", NULL, NULL, &status, NULL);
  if (status != 0)
    {
      g_test_skip ("Python’s yaml is not installed");
      return;
    }

  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      g_autoptr (DroverUnattended) self = new_for (seeds[i]);
      g_autoptr (GHashTable) files = NULL;

      g_set_str (&self->real_name, "\"é' #{}[]& *!|>%@` – 😀 yes $HOME");
      files = make_files (self);
      save (files, "user-data", path);
      run ("python3", "-c",
           "import sys, json, yaml\n"
           "text = open (sys.argv[1], encoding='utf-8').read ()\n"
           "first, rest = text.split ('\\n', 1)\n"
           "assert first == '#cloud-config'\n"
           "assert yaml.safe_load (text) == json.loads (rest)\n", path, NULL);
    }
}

static void
test_debconf (void)
{
  g_autofree char *path = dup_path ("preseed.cfg");

  if (lacks ("debconf-set-selections"))
    return;

  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (DroverUnattended) self = new_for ("preseed");
      g_autoptr (GHashTable) files = NULL;

      change_for (self, way);
      files = make_files (self);
      save (files, "preseed.cfg", path);
      run ("debconf-set-selections", "-c", path, NULL);
    }
}

/* The late command, with a folder of ours for the new system. Returns that folder. */
static char *
run_late_command (const DroverUnattended *self)
{
  g_autoptr (GHashTable) files = make_files (self);
  g_autofree char *path = dup_path ("late.sh");
  g_autofree char *in_target = dup_path ("in-target");
  char *target = dup_path ("target");
  g_autofree char *sudoers = g_build_filename (target, "etc", "sudoers.d", NULL);
  const char *command = strstr (get_text (files, "preseed.cfg"), "preseed/late_command string ");
  g_autofree char *line = NULL;
  g_auto (GStrv) parts = NULL;
  g_autofree char *here = NULL;
  g_autofree char *script = NULL;

  g_assert_nonnull (command);
  command += strlen ("preseed/late_command string ");
  line = g_strndup (command, strcspn (command, "\n"));
  g_assert_null (strchr (line, '\\'));

  parts = g_strsplit (line, "/target/", -1);
  here = g_strjoinv ("target/", parts);
  script = g_strdup_printf ("cd %s\nPATH=.:$PATH\n%s\n", drover_test_dir (), here);
  g_mkdir_with_parents (sudoers, 0700);
  g_file_set_contents (in_target, "#!/bin/sh\n", -1, NULL);
  g_chmod (in_target, 0755);
  g_file_set_contents (path, script, -1, NULL);
  run ("sh", path, NULL);
  return target;
}

static void
test_late_command (void)
{
  g_autoptr (DroverUnattended) self = new_for ("preseed");
  g_autofree char *target = NULL;
  g_autofree char *keys_path = NULL;
  g_autofree char *sudo_path = NULL;
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;
  g_autofree char *sudo = NULL;

  g_strfreev (self->ssh_keys);
  self->ssh_keys = g_new0 (char *, 3);
  self->ssh_keys[0] = g_strdup (KEY " it's $(reboot) `x`; \"y\" && z #");
  self->ssh_keys[1] = g_strdup (KEY " '");
  g_set_str (&self->password_hash, NULL);

  target = run_late_command (self);
  keys_path = g_build_filename (target, "home/anna/.ssh/authorized_keys", NULL);
  expected = g_strconcat (self->ssh_keys[0], "\n", self->ssh_keys[1], "\n", NULL);
  g_assert_true (g_file_get_contents (keys_path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, expected);

  sudo_path = g_build_filename (target, "etc/sudoers.d/90-anna", NULL);
  g_assert_true (g_file_get_contents (sudo_path, &sudo, NULL, NULL));
  g_assert_cmpstr (sudo, ==, "anna ALL=(ALL:ALL) NOPASSWD:ALL\n");
}

/* The scripts that are in the other files are what a shell can read. */
static void
test_shell (void)
{
  g_autofree char *path = dup_path ("install.sh");

  for (guint way = 0; way < 3; way++)
    {
      g_autoptr (DroverUnattended) self = new_for ("archinstall");
      g_autoptr (GHashTable) files = NULL;
      g_autoptr (JsonParser) parser = json_parser_new ();
      JsonObject *root, *script;

      change_for (self, way);
      files = make_files (self);
      g_assert_true (json_parser_load_from_data (parser, get_text (files, "user-data") +
                                                 strlen ("#cloud-config\n"), -1, NULL));
      root = json_node_get_object (json_parser_get_root (parser));
      script = json_array_get_object_element (json_object_get_array_member (root, "write_files"),
                                              2);
      g_assert_cmpstr (json_object_get_string_member (script, "path"), ==,
                       "/root/drover/install.sh");
      g_file_set_contents (path, json_object_get_string_member (script, "content"), -1, NULL);
      run ("bash", "-n", path, NULL);
    }
}

/* --- Windows --------------------------------------------------------------------------------- */

static char *
find_element (xmlNode *node, const char *name, guint *count)
{
  char *found = NULL;

  for (; node != NULL; node = node->next)
    {
      char *below = find_element (node->children, name, count);

      if (node->type == XML_ELEMENT_NODE && g_str_equal ((const char *) node->name, name))
        {
          xmlChar *content = xmlNodeGetContent (node);

          (*count)++;
          g_set_str (&found, (const char *) content);
          xmlFree (content);
        }
      if (below != NULL && found == NULL)
        found = g_strdup (below);
      g_free (below);
    }
  return found;
}

static void
assert_element (xmlDoc *doc, const char *name, const char *value)
{
  guint count = 0;
  g_autofree char *found = find_element (xmlDocGetRootElement (doc), name, &count);

  g_assert_cmpstr (found, ==, value);
}

static xmlDoc *
parse_xml (GHashTable *files)
{
  const char *text = get_text (files, "autounattend.xml");
  xmlDoc *doc = xmlReadMemory (text, strlen (text), "autounattend.xml", NULL,
                               XML_PARSE_NONET | XML_PARSE_PEDANTIC);

  g_assert_nonnull (doc);
  return doc;
}

static void
test_windows (void)
{
  g_autoptr (DroverUnattended) self = new_for ("autounattend");
  g_autoptr (GHashTable) files = NULL;
  xmlDoc *doc;

  g_set_str (&self->user, "Anna & Bo's");
  g_set_str (&self->real_name, "]]></Name><x>&amp;\"é 😀");
  files = make_files (self);
  doc = parse_xml (files);
  g_assert_cmpstr ((const char *) xmlDocGetRootElement (doc)->ns->href, ==,
                   "urn:schemas-microsoft-com:unattend");
  assert_element (doc, "Name", "Anna & Bo's");
  assert_element (doc, "DisplayName", "]]></Name><x>&amp;\"é 😀");
  assert_element (doc, "Value", "");
  assert_element (doc, "x", NULL);
  assert_element (doc, "TimeZone", "W. Europe Standard Time");
  assert_element (doc, "InputLocale", "0407:00000407");
  assert_element (doc, "UserLocale", "de-DE");
  assert_element (doc, "AcceptEula", NULL);
  assert_element (doc, "ComputerName", "guest");
  xmlFreeDoc (doc);

  g_assert_null (strstr (get_text (files, "autounattend.xml"), "LabConfig"));
  g_assert_null (strstr (get_text (files, "autounattend.xml"), "EnableLUA"));
}

/* What the answers run from their own medium is on it, by the name that they call it. */
static void
test_windows_paths (void)
{
  g_autoptr (DroverUnattended) self = new_for ("autounattend");
  g_autoptr (GHashTable) files = make_files (self);
  g_autofree char *iso = dup_path ("unattend.iso");
  g_autofree char *folder = dup_path ("medium");
  const char *text = get_text (files, "autounattend.xml");
  g_autoptr (GRegex) regex = g_regex_new ("%d:((\\\\[A-Za-z0-9._-]+)+)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n = 0;

  g_assert_true (drover_seed_write (iso, drover_unattended_get_label ("autounattend"), files,
                                    NULL));
  g_mkdir (folder, 0700);

  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *path = g_match_info_fetch (match, 1);
      const char *names[] = { g_strdelimit (path, "\\", '/'), "autounattend.xml", NULL };
      g_autoptr (GError) error = NULL;
      g_auto (GStrv) paths = drover_test_await_boxed (drover_iso_extract (iso, names, folder),
                                                      &error);

      g_assert_no_error (error);
      n++;
    }
  g_assert_cmpuint (n, ==, 2);

  /* And drivers are looked for in each drive that the script looks in, without the first two. */
  for (const char *letter = "DEFGHIJK"; *letter != '\0'; letter++)
    {
      g_autofree char *path = g_strdup_printf ("<Path>%c:\\viostor\\w11\\amd64</Path>", *letter);

      g_assert_nonnull (strstr (text, path));
    }
}

/* --- checks ---------------------------------------------------------------------------------- */

typedef struct
{
  const char *kind;
  const char *field;
  const char *value; /* nullable */
  const char *words; /* of the error; NULL when the value is good */
} Check;

#define LONG_NAME "abcdefghijklmnopqrstuvwxyzabcdefg"
#define LONG_HOST LONG_NAME LONG_NAME

static const Check checks[] = {
  { "preseed", "user", "anna", NULL },
  { "preseed", "user", "a_b-9", NULL },
  { "preseed", "user", "", "empty" },
  { "preseed", "user", NULL, "empty" },
  { "preseed", "user", "Anna", "small letter" },
  { "preseed", "user", "aNNA", "capital" },
  { "preseed", "user", "9a", "small letter" },
  { "preseed", "user", "-a", "small letter" },
  { "preseed", "user", "jörg", "small letter" },
  { "preseed", "user", "\xff\xfe", "small letter" },
  { "preseed", "user", "a b", "small letter" },
  { "preseed", "user", "a\nd-i x string y", "small letter" },
  { "preseed", "user", "a$(x)", "small letter" },
  { "preseed", "user", LONG_NAME, "too long" },
  { "cloud-init", "user", "root", "taken" },
  { "cloud-init", "user", "www-data", "taken" },
  { "cloud-init", "user", "systemd-timesync", "taken" },
  { "autoinstall", "user", "sudo", "taken" },
  { "autounattend", "user", "Anna Müller", NULL },
  { "autounattend", "user", "root", NULL },
  { "autounattend", "user", "Administrator", "taken" },
  { "autounattend", "user", "a/b", "none of these" },
  { "autounattend", "user", "a\"b", "none of these" },
  { "autounattend", "user", "%PATH%", "none of these" },
  { "autounattend", "user", "anna.", "dot" },
  { "autounattend", "user", " anna", "space" },
  { "autounattend", "user", "GUEST", "taken" },
  { "autounattend", "user", "abcdefghijklmnopqrstu", "too long" },
  { "autounattend", "user", "abc\ndef", "none of these" },

  { "preseed", "real-name", NULL, NULL },
  { "preseed", "real-name", "Anna \"M.\" O’Neill #1 {x} 😀", NULL },
  { "preseed", "real-name", "a:b", "full name" },
  { "preseed", "real-name", "a\nb", "one line" },
  { "preseed", "real-name", "a\xe2\x80\xa8" "b", "one line" },
  { "preseed", "real-name", "a\x7f", "one line" },
  { "preseed", "real-name", "\xff\xfe", "one line" },
  { "preseed", "real-name", "ends with \\", "full name" },

  { "preseed", "host-name", "web-1", NULL },
  { "preseed", "host-name", "", "empty" },
  { "preseed", "host-name", "-web", "begin" },
  { "preseed", "host-name", "web.", "letters" },
  { "preseed", "host-name", "web_1", "letters" },
  { "preseed", "host-name", "jörg", "letters" },
  { "preseed", "host-name", "123", "number" },
  { "preseed", "host-name", "LocalHost", "localhost" },
  { "preseed", "host-name", LONG_HOST, "63" },
  { "preseed", "host-name", "longer-than-fifteen", NULL },
  { "autounattend", "host-name", "longer-than-fifteen", "15" },

  { "preseed", "ssh-keys", NULL, NULL },
  { "preseed", "ssh-keys", KEY, NULL },
  { "preseed", "ssh-keys", KEY " a b c", NULL },
  { "preseed", "ssh-keys", "", "“”" },
  { "preseed", "ssh-keys", "ssh-ed25519", "damaged" },
  { "preseed", "ssh-keys", "ssh-ed25519 AAAA", "damaged" },
  { "preseed", "ssh-keys", "ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", "damaged" },
  { "preseed", "ssh-keys", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIE9zVHNqdJgPVsLU", "damaged" },
  { "preseed", "ssh-keys", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r", "private" },
  { "preseed", "ssh-keys", KEY "\nd-i x string y", "one line" },
  { "preseed", "ssh-keys", KEY " a\\", "one line" },
  { "preseed", "ssh-keys", "command=\"x\" " KEY, "its type" },
  { "autounattend", "ssh-keys", KEY, "no SSH key" },

  { "preseed", "password-hash", HASH, NULL },
  { "preseed", "password-hash", NULL, "log in" },
  { "preseed", "password-hash", "geheim", "is none" },
  { "preseed", "password-hash", "$6$a$b\nd-i x string y and so on", "is none" },
  { "autounattend", "password-hash", HASH, "in clear" },
  { "autounattend", "password-hash", NULL, NULL },

  { "preseed", "locale", "de_DE.UTF-8", NULL },
  { "preseed", "locale", "C.UTF-8", NULL },
  { "preseed", "locale", "de_DE; reboot", "language" },
  { "preseed", "locale", NULL, "language" },
  { "preseed", "keyboard", "latam", NULL },
  { "preseed", "keyboard", "us,de", "keyboard" },
  { "preseed", "keyboard-variant", NULL, NULL },
  { "preseed", "keyboard-variant", "", "variant" },
  { "preseed", "keyboard-variant", "no dead", "variant" },
  { "preseed", "time-zone", "America/Argentina/Buenos_Aires", NULL },
  { "preseed", "time-zone", "Etc/GMT+1", NULL },
  { "preseed", "time-zone", "../../etc/passwd", "time zone" },
  { "preseed", "time-zone", "", "time zone" },
  { "preseed", "packages", "g++", NULL },
  { "preseed", "packages", "-y", "package" },
  { "preseed", "packages", "vim; reboot", "package" },
  { "preseed", "packages", "", "package" },
  { "preseed", "mirror", NULL, NULL },
  { "preseed", "mirror", "http://10.0.2.2:8000/debian", NULL },
  { "preseed", "mirror", "ftp://host/debian", "mirror" },
  { "preseed", "mirror", "host/debian", "mirror" },
  { "preseed", "mirror", "http:///debian", "mirror" },
  { "preseed", "mirror", "http://me:secret@host/", "mirror" },
  { "preseed", "mirror", "http://host/a b", "mirror" },
  { "preseed", "mirror", "http://host/a'b", "mirror" },
  { "preseed", "mirror", "", "mirror" },
  { "preseed", "security-mirror", "", NULL },
  { "preseed", "security-mirror", "nonsense", "mirror" },
  { "preseed", "architecture", "riscv64", NULL },
  { "preseed", "architecture", NULL, "architecture" },
  { "archinstall", "architecture", "aarch64", "Arch Linux" },
  { "autounattend", "architecture", "aarch64", NULL },
  { "autounattend", "architecture", "s390x", "no Windows" },
  { "preseed", "disk", "/dev/nvme0n1", NULL },
  { "preseed", "disk", "vda", "/dev/vda" },
  { "preseed", "disk", "/dev/", "/dev/vda" },
  { "preseed", "disk", "/dev/vda x", "/dev/vda" },
  { "autounattend", "edition", "Windows 11 Pro", NULL },
  { "autounattend", "edition", "a\nb", "edition" },
};

static void
set_field (DroverUnattended *self, const char *field, const char *value)
{
  const struct
  {
    const char *field;
    char **place;
  } places[] = {
    { "user", &self->user }, { "real-name", &self->real_name },
    { "password-hash", &self->password_hash }, { "host-name", &self->host_name },
    { "locale", &self->locale }, { "keyboard", &self->keyboard },
    { "keyboard-variant", &self->keyboard_variant }, { "time-zone", &self->time_zone },
    { "mirror", &self->mirror }, { "security-mirror", &self->security_mirror },
    { "architecture", &self->architecture }, { "disk", &self->disk },
    { "edition", &self->edition },
  };
  GStrv list = value != NULL ? g_strdupv ((char *[]) { (char *) value, NULL }) : NULL;

  if (g_str_equal (field, "ssh-keys"))
    {
      g_strfreev (self->ssh_keys);
      self->ssh_keys = list;
      return;
    }
  if (g_str_equal (field, "packages"))
    {
      self->packages = list;
      return;
    }

  g_strfreev (list);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_str_equal (places[i].field, field))
      {
        g_set_str (places[i].place, value);
        return;
      }
  g_assert_not_reached ();
}

static void
test_checks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      const Check *check = &checks[i];
      g_autoptr (DroverUnattended) self = new_for (check->kind);
      g_autoptr (DroverUnattended) copy = NULL;
      g_autoptr (GHashTable) files = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      gboolean good;

      set_field (self, check->field, check->value);
      /* Nobody could log in. */
      if (g_str_equal (check->field, "password-hash") && check->value == NULL)
        set_field (self, "ssh-keys", NULL);
      copy = drover_unattended_copy (self);

      good = drover_unattended_check_field (copy, check->field, &error);
      files = drover_unattended_make_files (copy, &again);
      if (check->words == NULL)
        {
          g_assert_no_error (error);
          g_assert_no_error (again);
          g_assert_true (good);
          g_assert_nonnull (files);
          continue;
        }

      g_assert_false (good);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
      if (strstr (error->message, check->words) == NULL)
        g_error ("%s: “%s” does not say “%s”", check->field, error->message, check->words);
      g_assert_null (files);
      g_assert_cmpstr (again->message, ==, error->message);
    }
}

/* --- passwords ------------------------------------------------------------------------------- */

#define PASSWORD "correct horse ‘battery’ \"staple\""

static void
test_password (void)
{
  static const struct
  {
    const char *kind;
    const char *prefix;
  } cases[] = {
    { NULL, "$6$" }, { "autoinstall", "$6$" }, { "cloud-init", "$6$" }, { "preseed", "$y$" },
    { "archinstall", "$y$" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *hash = drover_password_hash (PASSWORD, cases[i].kind, &error);
      g_autofree char *other = drover_password_hash (PASSWORD, cases[i].kind, NULL);

      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (hash, cases[i].prefix));
      g_assert_cmpstr (crypt (PASSWORD, hash), ==, hash);
      g_assert_cmpstr (crypt ("wrong", hash), !=, hash);
      g_assert_cmpstr (hash, !=, other);

      if (cases[i].kind != NULL)
        {
          g_autoptr (DroverUnattended) self = new_for (cases[i].kind);

          g_set_str (&self->password_hash, hash);
          g_assert_true (drover_unattended_check (self, &error));
          g_assert_no_error (error);
        }
    }
}

static void
test_password_fails (void)
{
  g_autofree char *too_long = g_strnfill (100000, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_null (drover_password_hash ("", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_assert_null (drover_password_hash (too_long, NULL, &error));
  g_assert_nonnull (error);
  g_assert_null (strstr (error->message, "xxx"));

  drover_password_clear (NULL);
  drover_password_clear (g_strdup ("x"));
}

/* --- the rest -------------------------------------------------------------------------------- */

static void
test_defaults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (DroverUnattended) self = drover_unattended_new (kinds[i]);
      g_autoptr (GError) error = NULL;

      g_assert_cmpstr (self->locale, ==, "en_US.UTF-8");
      if (drover_unattended_takes_password (kinds[i]))
        {
          g_assert_false (drover_unattended_check (self, &error));
          g_assert_nonnull (strstr (error->message, "log in"));
          g_clear_error (&error);
          self->password_hash = g_strdup (HASH);
        }
      g_assert_true (drover_unattended_check (self, &error));
      g_assert_no_error (error);
      g_assert_cmpint (drover_unattended_needs_initrd (kinds[i]), ==, i == 3);
    }
}

/* Another user is another machine to cloud-init; the same one is the same. */
static void
test_instance (void)
{
  g_autoptr (DroverUnattended) self = new_for ("cloud-init");
  g_autoptr (GHashTable) first = make_files (self);
  g_autoptr (GHashTable) same = make_files (self);
  g_autoptr (GHashTable) other = NULL;
  GBytes *bytes = g_hash_table_lookup (first, "meta-data");

  g_set_str (&self->user, "bob");
  other = make_files (self);
  g_assert_true (g_bytes_equal (bytes, g_hash_table_lookup (same, "meta-data")));
  g_assert_false (g_bytes_equal (bytes, g_hash_table_lookup (other, "meta-data")));
}

static void
test_ssh_keys (void)
{
  g_autofree char *folder = dup_path ("ssh");
  g_autofree char *none = dup_path ("no-ssh");
  g_auto (GStrv) found = NULL;
  g_auto (GStrv) nothing = NULL;
  static const char *const files[][2] = {
    { "id_b.pub", KEY " b\n" }, { "id_a.pub", KEY " a\n" }, { "id_a", "PRIVATE KEY" },
    { "bad.pub", "nonsense\n" }, { "known_hosts", KEY },
  };

  g_mkdir (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i][0], NULL);

      g_file_set_contents (path, files[i][1], -1, NULL);
    }

  found = drover_unattended_list_ssh_keys (folder);
  g_assert_cmpuint (g_strv_length (found), ==, 2);
  g_assert_cmpstr (found[0], ==, KEY " a");
  g_assert_cmpstr (found[1], ==, KEY " b");
  nothing = drover_unattended_list_ssh_keys (none);
  g_assert_cmpuint (g_strv_length (nothing), ==, 0);
}

int
main (int argc, char *argv[])
{
  drover_test_init (&argc, &argv);

  for (guint i = 0; i < G_N_ELEMENTS (goldens); i++)
    {
      g_autofree char *name = g_strconcat ("/unattended/golden/", goldens[i].name, NULL);

      g_test_add_data_func (name, &goldens[i], test_golden);
    }
  g_test_add_func ("/unattended/cloud-init-schema", test_cloud_init_schema);
  g_test_add_func ("/unattended/yaml", test_yaml);
  g_test_add_func ("/unattended/debconf", test_debconf);
  g_test_add_func ("/unattended/late-command", test_late_command);
  g_test_add_func ("/unattended/shell", test_shell);
  g_test_add_func ("/unattended/windows", test_windows);
  g_test_add_func ("/unattended/windows-paths", test_windows_paths);
  g_test_add_func ("/unattended/checks", test_checks);
  g_test_add_func ("/unattended/password", test_password);
  g_test_add_func ("/unattended/password-fails", test_password_fails);
  g_test_add_func ("/unattended/defaults", test_defaults);
  g_test_add_func ("/unattended/instance", test_instance);
  g_test_add_func ("/unattended/ssh-keys", test_ssh_keys);

  return drover_test_run ();
}
