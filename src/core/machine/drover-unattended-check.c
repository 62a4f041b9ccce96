/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-unattended-private.h"

/* What a guest would refuse, or what would not stay a value in the file that it is written into.
 * Everything else is the guest's to judge. */

#define LINUX_NAME_LENGTH 32
#define WINDOWS_USER_LENGTH 20
#define WINDOWS_HOST_LENGTH 15
#define HOST_LENGTH 63
#define SHOWN_LENGTH 60

/* Users and groups that Debian, Ubuntu, Arch or their services have already. */
static const char *const linux_names[] = {
  "_apt", "adm", "admin", "alpm", "audio", "avahi", "backup", "bin", "cdrom", "colord", "console",
  "crontab", "daemon", "dbus", "dialout", "dip", "disk", "dnsmasq", "docker", "fax", "floppy",
  "ftp", "games", "gdm", "geoclue", "git", "gnats", "group", "http", "input", "irc", "kmem", "kvm",
  "landscape", "libvirt", "list", "log", "lp", "lpadmin", "lxd", "mail", "man", "mem", "messagebus",
  "mysql", "netdev", "network", "news", "nobody", "nogroup", "ntp", "operator", "plugdev",
  "polkitd", "pollinate", "postfix", "postgres", "power", "proc", "proxy", "rdma", "render", "root",
  "rtkit", "sasl", "scanner", "sgx", "shadow", "src", "ssh", "sshd", "staff", "storage", "sudo",
  "sync", "sys", "syslog", "tape", "tcpdump", "tss", "tty", "users", "usbmux", "utmp", "uucp",
  "uuidd", "video", "voice", "wheel", "whoopsie", "www-data",
};

static const char *const windows_names[] = {
  "administrator", "administrators", "guest", "guests", "users", "user account", "defaultaccount",
  "wdagutilityaccount", "system", "none", "everyone", "local service", "network service",
  "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3",
};

static const char *const key_types[] = {
  "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
};

static gboolean G_GNUC_PRINTF (2, 3)
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  /* What was typed on a command line can be any bytes. */
  valid = g_utf8_make_valid (message, -1);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, valid);
  return FALSE;
}

static gboolean
is_windows (const DroverUnattended *self)
{
  return g_str_equal (self->kind, "autounattend");
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || *text == '\0';
}

static gboolean
is_listed (const char *const *names, gsize n_names, const char *name)
{
  for (gsize i = 0; i < n_names; i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return TRUE;

  return FALSE;
}

static gboolean
consists_of (const char *text, const char *punctuation)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr (punctuation, *p) == NULL)
      return FALSE;

  return TRUE;
}

/* One line of text that can be seen. */
static gboolean
is_plain_line (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      switch ((int) g_unichar_type (c))
        {
        case G_UNICODE_CONTROL:
        case G_UNICODE_LINE_SEPARATOR:
        case G_UNICODE_PARAGRAPH_SEPARATOR:
        case G_UNICODE_UNASSIGNED:
        case G_UNICODE_SURROGATE:
          return FALSE;
        default:
          /* The byte order mark, which ends YAML. */
          if (c == 0xfeff)
            return FALSE;
        }
    }
  return TRUE;
}

/* --- the fields ------------------------------------------------------------------------------ */

static gboolean
check_windows_user (const char *user, const char *host_name, GError **error)
{
  gsize length = strlen (user);

  if (!is_plain_line (user) || strpbrk (user, "\"/\\[]:;|=,+*?<>@%") != NULL)
    return fail (error, _("Windows takes none of these in a user name: %s"),
                 "\" / \\ [ ] : ; | = , + * ? < > @ %");
  if (g_utf8_strlen (user, -1) > WINDOWS_USER_LENGTH)
    return fail (error, _("The user name “%s” is too long: Windows takes up to %d characters"),
                 user, WINDOWS_USER_LENGTH);
  if (user[length - 1] == '.' || user[length - 1] == ' ' || user[0] == ' ')
    return fail (error, _("For Windows, the user name “%s” must not begin or end with a space, or "
                          "end with a dot"), user);
  if (is_listed (windows_names, G_N_ELEMENTS (windows_names), user))
    return fail (error, _("The user name “%s” is taken: Windows uses it itself"), user);
  if (host_name != NULL && g_ascii_strcasecmp (host_name, user) == 0)
    return fail (error, _("In Windows, user and computer must have different names"));
  return TRUE;
}

static gboolean
check_user (const DroverUnattended *self, GError **error)
{
  const char *user = self->user;

  if (is_empty (user))
    return fail (error, _("The user name is empty"));
  if (is_windows (self))
    return check_windows_user (user, self->host_name, error);

  if (!g_ascii_islower (user[0]) || !consists_of (user, "-_"))
    return fail (error, _("The user name “%s” must begin with a small letter a–z and have only "
                          "small letters, digits, “-” and “_” after it"), user);
  for (const char *p = user; *p != '\0'; p++)
    if (g_ascii_isupper (*p))
      return fail (error, _("The user name “%s” must have no capital letters"), user);
  if (strlen (user) > LINUX_NAME_LENGTH)
    return fail (error, _("The user name “%s” is too long: Linux takes up to %d characters"), user,
                 LINUX_NAME_LENGTH);
  if (is_listed (linux_names, G_N_ELEMENTS (linux_names), user) ||
      g_str_has_prefix (user, "systemd-"))
    return fail (error, _("The user name “%s” is taken: the system uses it itself"), user);
  return TRUE;
}

static gboolean
check_real_name (const DroverUnattended *self, GError **error)
{
  if (self->real_name == NULL)
    return TRUE;
  if (!is_plain_line (self->real_name))
    return fail (error, _("The full name must be one line of text"));
  /* They end a field of /etc/passwd; the last one joins lines of a preseed file. */
  if (strpbrk (self->real_name, ":,=\\") != NULL)
    return fail (error, _("The full name must have no “:”, “,”, “=” or “\\”"));
  return TRUE;
}

static gboolean
has_key (const DroverUnattended *self)
{
  return self->ssh_keys != NULL && self->ssh_keys[0] != NULL;
}

static gboolean
check_password_hash (const DroverUnattended *self, GError **error)
{
  if (is_windows (self))
    return self->password_hash == NULL ||
      fail (error, _("Windows’ answer file takes passwords in clear only, so Drover puts none into "
                     "it. Windows will ask for a new one"));
  if (self->password_hash == NULL)
    return has_key (self) ||
      fail (error, _("Nobody could log in: give a password or an SSH key"));
  /* Whatever else it is, it is not what drover_password_hash() returns: maybe a password. */
  if (self->password_hash[0] != '$' || strlen (self->password_hash) < 20 ||
      !consists_of (self->password_hash, "$./=,"))
    return fail (error, _("What is given as the password’s hash is none"));
  return TRUE;
}

static gboolean
check_key (const char *key, GError **error)
{
  g_auto (GStrv) parts = NULL;
  g_autofree char *start = NULL;
  g_autofree guchar *data = NULL;
  gsize length = 0;
  guint32 type_length;

  if (strstr (key, "PRIVATE KEY") != NULL || g_str_has_prefix (key, "PuTTY-User-Key-File"))
    return fail (error, _("This is a private SSH key, which nobody else must have. Give the public "
                          "one, from the file that ends in “.pub”"));
  if (!is_plain_line (key) || strchr (key, '\\') != NULL)
    return fail (error, _("An SSH key must be one line of text, without “\\”"));

  start = g_utf8_truncate_middle (key, SHOWN_LENGTH);
  parts = g_strsplit (key, " ", 3);
  if (parts[0] == NULL || !is_listed (key_types, G_N_ELEMENTS (key_types), parts[0]))
    return fail (error, _("An SSH key begins with its type, such as “ssh-ed25519”, unlike “%s”"),
                 start);

  if (parts[1] == NULL || !consists_of (parts[1], "+/="))
    return fail (error, _("The SSH key “%s” is damaged"), start);

  /* The key itself begins with its type once more. */
  data = g_base64_decode (parts[1], &length);
  if (length < 4)
    return fail (error, _("The SSH key “%s” is damaged"), start);
  type_length = (guint32) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
  if (type_length != strlen (parts[0]) || length <= 4 + (gsize) type_length ||
      memcmp (data + 4, parts[0], type_length) != 0)
    return fail (error, _("The SSH key “%s” is damaged"), start);
  return TRUE;
}

static gboolean
check_ssh_keys (const DroverUnattended *self, GError **error)
{
  if (has_key (self) && is_windows (self))
    return fail (error, _("Windows is installed without an SSH server, so it takes no SSH key"));

  for (guint i = 0; has_key (self) && self->ssh_keys[i] != NULL; i++)
    if (!check_key (self->ssh_keys[i], error))
      return FALSE;

  return TRUE;
}

static gboolean
check_host_name (const DroverUnattended *self, GError **error)
{
  const char *name = self->host_name;
  gsize limit = is_windows (self) ? WINDOWS_HOST_LENGTH : HOST_LENGTH;

  if (is_empty (name))
    return fail (error, _("The host name is empty"));
  if (!consists_of (name, "-") || name[0] == '-' || name[strlen (name) - 1] == '-')
    return fail (error, _("The host name “%s” must have only letters a–z, digits and “-”, and not "
                          "begin or end with “-”"), name);
  if (strlen (name) > limit)
    return fail (error, _("The host name “%s” is too long: up to %zu characters "
                          "are allowed"), name, limit);
  if (strspn (name, "0123456789") == strlen (name))
    return fail (error, _("The host name “%s” must not be a number"), name);
  if (g_ascii_strcasecmp (name, "localhost") == 0)
    return fail (error, _("The host name “localhost” always means the machine that says it"));
  return TRUE;
}

static gboolean
check_locale (const DroverUnattended *self, GError **error)
{
  if (is_empty (self->locale) || !g_ascii_isalpha (self->locale[0]) ||
      !consists_of (self->locale, "_-.@"))
    return fail (error, _("The language must be like “de_DE.UTF-8”, not “%s”"),
                 self->locale != NULL ? self->locale : "");
  return TRUE;
}

static gboolean
check_keyboard (const DroverUnattended *self, GError **error)
{
  if (is_empty (self->keyboard) || !consists_of (self->keyboard, "_-"))
    return fail (error, _("The keyboard must be a layout’s short name, such as “us” or “de”, not "
                          "“%s”"), self->keyboard != NULL ? self->keyboard : "");
  return TRUE;
}

static gboolean
check_keyboard_variant (const DroverUnattended *self, GError **error)
{
  if (self->keyboard_variant != NULL &&
      (*self->keyboard_variant == '\0' || !consists_of (self->keyboard_variant, "_-")))
    return fail (error, _("The keyboard’s variant must be a short name, such as “nodeadkeys”, not "
                          "“%s”"), self->keyboard_variant);
  return TRUE;
}

static gboolean
check_time_zone (const DroverUnattended *self, GError **error)
{
  if (is_empty (self->time_zone) || !g_ascii_isalpha (self->time_zone[0]) ||
      !consists_of (self->time_zone, "_-+/"))
    return fail (error, _("The time zone must be like “Europe/Berlin”, not “%s”"),
                 self->time_zone != NULL ? self->time_zone : "");
  return TRUE;
}

static gboolean
check_packages (const DroverUnattended *self, GError **error)
{
  for (guint i = 0; self->packages != NULL && self->packages[i] != NULL; i++)
    if (!g_ascii_isalnum (self->packages[i][0]) || !consists_of (self->packages[i], "+-._:@"))
      return fail (error, _("“%s” is no name of a package"), self->packages[i]);

  return TRUE;
}

static gboolean
check_address (const char *address, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (uri == NULL || !consists_of (address, ":/.-_~%+$[]") ||
      !(g_str_equal (scheme, "http") || g_str_equal (scheme, "https")) ||
      is_empty (g_uri_get_host (uri)) || g_uri_get_userinfo (uri) != NULL)
    return fail (error, _("The mirror’s address must be like “http://deb.debian.org/debian”, not "
                          "“%s”"), address);
  return TRUE;
}

static gboolean
check_mirror (const DroverUnattended *self, GError **error)
{
  return self->mirror == NULL || check_address (self->mirror, error);
}

static gboolean
check_security_mirror (const DroverUnattended *self, GError **error)
{
  return is_empty (self->security_mirror) || check_address (self->security_mirror, error);
}

static gboolean
check_architecture (const DroverUnattended *self, GError **error)
{
  if (is_empty (self->architecture) || !consists_of (self->architecture, "_"))
    return fail (error, _("It is not said for which architecture the guest is"));
  if (is_windows (self) && !g_str_equal (self->architecture, "x86_64") &&
      !g_str_equal (self->architecture, "aarch64"))
    return fail (error, _("There is no Windows 11 for %s"), self->architecture);
  if (g_str_equal (self->kind, "archinstall") && !g_str_equal (self->architecture, "x86_64"))
    return fail (error, _("There is no Arch Linux installer for %s"), self->architecture);
  return TRUE;
}

static gboolean
check_disk (const DroverUnattended *self, GError **error)
{
  if (self->disk != NULL && !is_windows (self) &&
      (!g_str_has_prefix (self->disk, "/dev/") || !consists_of (self->disk, "/-_") ||
       strlen (self->disk) <= strlen ("/dev/")))
    return fail (error, _("The guest’s disk must be like “/dev/vda”, not “%s”"), self->disk);
  return TRUE;
}

static gboolean
check_edition (const DroverUnattended *self, GError **error)
{
  if (self->edition != NULL && (*self->edition == '\0' || !is_plain_line (self->edition)))
    return fail (error, _("The edition of Windows must be one line of text, such as “Windows 11 "
                          "Pro”"));
  return TRUE;
}

static const struct
{
  const char *name;
  gboolean (*check) (const DroverUnattended *self, GError **error);
} fields[] = {
  { "user", check_user },
  { "real-name", check_real_name },
  { "ssh-keys", check_ssh_keys },
  { "password-hash", check_password_hash },
  { "host-name", check_host_name },
  { "locale", check_locale },
  { "keyboard", check_keyboard },
  { "keyboard-variant", check_keyboard_variant },
  { "time-zone", check_time_zone },
  { "packages", check_packages },
  { "mirror", check_mirror },
  { "security-mirror", check_security_mirror },
  { "architecture", check_architecture },
  { "disk", check_disk },
  { "edition", check_edition },
};

/**
 * drover_unattended_check_field:
 * @self: what the installation is to be told; its @kind must be set
 * @field: a member of #DroverUnattended, with `-` for `_`: `host-name`
 *
 * Checks what one row of a form says.
 *
 * Returns: whether the guest takes it; if not, @error is %G_IO_ERROR_INVALID_ARGUMENT with a
 *   sentence for the user
 */
gboolean
drover_unattended_check_field (const DroverUnattended *self, const char *field, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_str_equal (fields[i].name, field))
      return fields[i].check (self, error);

  g_return_val_if_reached (FALSE);
}

/**
 * drover_unattended_check:
 * @self: what the installation is to be told
 *
 * Checks all fields.
 *
 * Returns: whether the guest takes them; if not, the first error
 */
gboolean
drover_unattended_check (const DroverUnattended *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (!fields[i].check (self, error))
      return FALSE;

  return TRUE;
}
