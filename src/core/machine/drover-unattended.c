/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-error.h"
#include "drover-json.h"
#include "drover-unattended-private.h"

/* What installers and cloud images read, so that they ask nothing. Each kind has a file of its
 * own; this one is what they share. */

static const struct
{
  const char *kind;
  DroverUnattendedMaker make;
  const char *label; /* of the medium; NULL for files that go into the RAM disk */
} kinds[] = {
  { "autoinstall", _drover_unattended_make_autoinstall, "cidata" },
  { "cloud-init", _drover_unattended_make_cloud_init, "cidata" },
  { "archinstall", _drover_unattended_make_archinstall, "cidata" },
  { "preseed", _drover_unattended_make_preseed, NULL },
  { "autounattend", _drover_unattended_make_autounattend, "UNATTEND" },
};

G_DEFINE_BOXED_TYPE (DroverUnattended, drover_unattended, drover_unattended_copy,
                     drover_unattended_free)

static int
find_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].kind, kind) == 0)
      return i;

  return -1;
}

/* The value of KEY in a file of shell assignments, as /etc/default/keyboard. */
static char *
dup_assignment (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length = strlen (key);

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (strncmp (lines[i], key, length) == 0 && lines[i][length] == '=')
      {
        char *value = g_shell_unquote (lines[i] + length + 1, NULL);

        /* Of several layouts the first is the one that a login starts with. */
        return value != NULL ? g_strdelimit (value, ",", '\0') : NULL;
      }

  return NULL;
}

static char *
dup_host_keyboard (const char *key)
{
  char *value = dup_assignment ("/etc/default/keyboard", key);

  return value != NULL ? value : dup_assignment ("/etc/vconsole.conf", key);
}

static char *
dup_host_locale (void)
{
  const char *name = g_get_language_names ()[0];
  g_auto (GStrv) parts = NULL;

  /* “C” is what programs speak where no language was chosen. */
  if (g_str_equal (name, "C") || g_str_has_prefix (name, "C.") || g_str_equal (name, "POSIX"))
    return g_strdup ("en_US.UTF-8");

  parts = g_strsplit_set (name, ".@", 2);
  return g_strconcat (parts[0], ".UTF-8", NULL);
}

static char *
dup_host_time_zone (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  const char *name = g_time_zone_get_identifier (zone);

  /* Where GLib found a file and no name. */
  return g_strdup (name != NULL && g_ascii_isalpha (name[0]) ? name : "UTC");
}

/* Replaces what FIELD cannot be. */
static void
ensure (DroverUnattended *self, const char *field, char **value, const char *other)
{
  if (!drover_unattended_check_field (self, field, NULL))
    g_set_str (value, other);
}

/**
 * drover_unattended_new:
 * @kind: as in #DroverUnattended
 *
 * What to propose: the user, language, keyboard and time zone of the host. The password and the
 * keys are left to the caller.
 *
 * Returns: (transfer full): what can be changed member by member
 */
DroverUnattended *
drover_unattended_new (const char *kind)
{
  DroverUnattended *self = g_new0 (DroverUnattended, 1);
  const char *real_name = g_get_real_name ();

  g_return_val_if_fail (find_kind (kind) >= 0, self);

  self->kind = g_strdup (kind);
  self->user = g_utf8_strdown (g_get_user_name (), -1);
  self->real_name = g_strdup (g_strcmp0 (real_name, "Unknown") == 0 ? NULL : real_name);
  self->host_name = g_strdup (g_str_equal (kind, "autounattend") ? "windows" : "guest");
  self->locale = dup_host_locale ();
  self->keyboard = dup_host_keyboard ("XKBLAYOUT");
  self->keyboard_variant = dup_host_keyboard ("XKBVARIANT");
  self->time_zone = dup_host_time_zone ();
  self->architecture = g_strdup ("x86_64");

  ensure (self, "user", &self->user, "user");
  ensure (self, "real-name", &self->real_name, NULL);
  ensure (self, "locale", &self->locale, "en_US.UTF-8");
  ensure (self, "keyboard", &self->keyboard, "us");
  if (self->keyboard_variant != NULL && *self->keyboard_variant == '\0')
    g_set_str (&self->keyboard_variant, NULL);
  ensure (self, "keyboard-variant", &self->keyboard_variant, NULL);
  ensure (self, "time-zone", &self->time_zone, "UTC");
  return self;
}

/**
 * drover_unattended_copy:
 *
 * Returns: (transfer full): a copy of @self
 */
DroverUnattended *
drover_unattended_copy (const DroverUnattended *self)
{
  DroverUnattended *copy = g_memdup2 (self, sizeof *self);

  copy->kind = g_strdup (self->kind);
  copy->user = g_strdup (self->user);
  copy->real_name = g_strdup (self->real_name);
  copy->password_hash = g_strdup (self->password_hash);
  copy->ssh_keys = g_strdupv (self->ssh_keys);
  copy->host_name = g_strdup (self->host_name);
  copy->locale = g_strdup (self->locale);
  copy->keyboard = g_strdup (self->keyboard);
  copy->keyboard_variant = g_strdup (self->keyboard_variant);
  copy->time_zone = g_strdup (self->time_zone);
  copy->packages = g_strdupv (self->packages);
  copy->mirror = g_strdup (self->mirror);
  copy->security_mirror = g_strdup (self->security_mirror);
  copy->architecture = g_strdup (self->architecture);
  copy->disk = g_strdup (self->disk);
  copy->edition = g_strdup (self->edition);
  return copy;
}

/**
 * drover_unattended_free:
 * @self: (transfer full): what to free
 */
void
drover_unattended_free (DroverUnattended *self)
{
  g_free (self->kind);
  g_free (self->user);
  g_free (self->real_name);
  g_free (self->password_hash);
  g_strfreev (self->ssh_keys);
  g_free (self->host_name);
  g_free (self->locale);
  g_free (self->keyboard);
  g_free (self->keyboard_variant);
  g_free (self->time_zone);
  g_strfreev (self->packages);
  g_free (self->mirror);
  g_free (self->security_mirror);
  g_free (self->architecture);
  g_free (self->disk);
  g_free (self->edition);
  g_free (self);
}

/**
 * drover_unattended_takes_password:
 * @kind: as in #DroverUnattended
 *
 * Windows' answer file has passwords in clear only (or in Base64, which is the same), so Drover
 * puts none into it: the account is made without one, and Windows asks for a new one when the
 * user signs in for the second time. Who asks for a password has to say so instead.
 *
 * Returns: whether the guest takes @password_hash, and @ssh_keys with it
 */
gboolean
drover_unattended_takes_password (const char *kind)
{
  return g_strcmp0 (kind, "autounattend") != 0;
}

/**
 * drover_unattended_get_label:
 * @kind: as in #DroverUnattended
 *
 * Returns: (nullable): the label of the medium that carries the files, for drover_seed_write();
 *   %NULL when they go into the installer's RAM disk
 */
const char *
drover_unattended_get_label (const char *kind)
{
  int i = find_kind (kind);

  g_return_val_if_fail (i >= 0, NULL);
  return kinds[i].label;
}

/**
 * drover_unattended_needs_initrd:
 * @kind: as in #DroverUnattended
 *
 * Returns: whether the files go into the installer's RAM disk, by drover_seed_append_initrd()
 */
gboolean
drover_unattended_needs_initrd (const char *kind)
{
  return drover_unattended_get_label (kind) == NULL;
}

/**
 * drover_unattended_dup_kernel_words:
 * @self: what the installation is told
 *
 * Returns: (transfer full) (nullable): what `-append` must say for the installer to ask nothing
 *   and to speak on the first serial port; %NULL for kinds that start from their medium or disk
 */
char *
drover_unattended_dup_kernel_words (const DroverUnattended *self)
{
  const char *console = _drover_unattended_get_console (self->architecture);

  if (g_str_equal (self->kind, "autoinstall"))
    return g_strdup_printf ("autoinstall console=tty0 console=%s", console);

  /* The text frontend writes lines, where the usual one draws boxes. */
  if (g_str_equal (self->kind, "preseed"))
    return g_strdup_printf ("auto=true priority=critical DEBIAN_FRONTEND=text console=%s",
                            console);

  return NULL;
}

/**
 * drover_unattended_make_files:
 * @self: what the installation is to be told
 *
 * Makes the files. The same @self gives the same bytes.
 *
 * Returns: (transfer full) (element-type utf8 GBytes) (nullable): the contents by file name, for
 *   drover_seed_write() or drover_seed_append_initrd(); %NULL when drover_unattended_check()
 *   fails, with its error
 */
GHashTable *
drover_unattended_make_files (const DroverUnattended *self, GError **error)
{
  g_autoptr (GHashTable) files = NULL;

  if (!drover_unattended_check (self, error))
    return NULL;

  files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                 (GDestroyNotify) g_bytes_unref);
  kinds[find_kind (self->kind)].make (self, files);
  return g_steal_pointer (&files);
}

/**
 * drover_unattended_list_ssh_keys:
 * @folder: (nullable): where to look; %NULL is `~/.ssh`
 *
 * Returns: (transfer full): the public keys that can be given to a guest, each one line, sorted by
 *   the names of their files; maybe none
 */
GStrv
drover_unattended_list_ssh_keys (const char *folder)
{
  g_autofree char *usual = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder != NULL ? folder : usual, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".pub"))
      g_ptr_array_add (names, g_build_filename (folder != NULL ? folder : usual, name, NULL));
  g_ptr_array_sort_values (names, (GCompareFunc) g_strcmp0);

  for (guint i = 0; i < names->len; i++)
    {
      DroverUnattended one = { .kind = (char *) "cloud-init" };
      g_autofree char *text = NULL;

      if (!g_file_get_contents (g_ptr_array_index (names, i), &text, NULL, NULL))
        continue;

      one.ssh_keys = (char *[]) { g_strstrip (text), NULL };
      if (drover_unattended_check_field (&one, "ssh-keys", NULL))
        g_strv_builder_add (keys, text);
    }

  return g_strv_builder_end (keys);
}

/* --- for the makers ------------------------------------------------------------------------- */

void
_drover_unattended_add_text (GHashTable *files, const char *name, const char *text)
{
  g_hash_table_insert (files, g_strdup (name), g_bytes_new (text, strlen (text)));
}

/* JSON is YAML too, and its strings have one way to be written, which json-glib knows: nothing
 * that a user types can become a key. */
static char *
to_yaml (JsonObject *object, gboolean is_cloud_config)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = drover_json_to_text (node, TRUE);

  return g_strconcat (is_cloud_config ? "#cloud-config\n" : "", text, "\n", NULL);
}

/* What cloud-init reads: USER_DATA, and the rest that makes a NoCloud seed of it. */
void
_drover_unattended_add_nocloud (const DroverUnattended *self, GHashTable *files,
                                JsonObject *user_data)
{
  g_autofree char *text = to_yaml (user_data, TRUE);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autoptr (JsonObject) meta_data = json_object_new ();
  g_autofree char *meta_text = NULL;
  g_autofree char *id = NULL;

  /* cloud-init does its work once for each id: another seed is another machine. */
  sum[16] = '\0';
  id = g_strconcat ("drover-", sum, NULL);
  json_object_set_string_member (meta_data, "instance-id", id);
  json_object_set_string_member (meta_data, "local-hostname", self->host_name);

  meta_text = to_yaml (meta_data, FALSE);
  _drover_unattended_add_text (files, "user-data", text);
  _drover_unattended_add_text (files, "meta-data", meta_text);
}

JsonArray *
_drover_unattended_strv_to_json (const char *const *strv)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; strv != NULL && strv[i] != NULL; i++)
    json_array_add_string_element (array, strv[i]);
  return array;
}

/* Adds an array of words to ARRAY: a command that no shell reads. */
void
_drover_unattended_add_words (JsonArray *array, const char *first, ...)
{
  JsonArray *words = json_array_new ();
  va_list args;

  va_start (args, first);
  for (const char *word = first; word != NULL; word = va_arg (args, const char *))
    json_array_add_string_element (words, word);
  va_end (args);
  json_array_add_array_element (array, words);
}

const char *
_drover_unattended_get_console (const char *architecture)
{
  if (g_str_equal (architecture, "aarch64") || g_str_equal (architecture, "arm"))
    return "ttyAMA0";
  if (g_str_has_prefix (architecture, "ppc"))
    return "hvc0";
  if (g_str_equal (architecture, "s390x"))
    return "ttysclp0";
  return "ttyS0";
}

/* Who has no password cannot be asked for one. */
const char *
_drover_unattended_get_sudo (const DroverUnattended *self)
{
  return self->password_hash != NULL ? "ALL=(ALL:ALL) ALL" : "ALL=(ALL:ALL) NOPASSWD:ALL";
}

/* Quotes for a shell without a backslash, which some readers of the line before it would take for
 * themselves. */
char *
_drover_unattended_quote (const char *text)
{
  GString *quoted = g_string_new (text);

  g_string_replace (quoted, "'", "'\"'\"'", 0);
  g_string_prepend_c (quoted, '\'');
  g_string_append_c (quoted, '\'');
  return g_string_free_and_steal (quoted);
}
