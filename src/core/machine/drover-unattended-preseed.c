/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-unattended-private.h"

/* Debian's installer: answers to debconf's questions, one a line. drover_unattended_check() lets
 * no value through that has more than one line. */

#define DEBIAN_MIRROR "http://deb.debian.org/debian"

static void G_GNUC_PRINTF (4, 5)
add (GString *text, const char *question, const char *type, const char *format, ...)
{
  va_list args;

  g_string_append_printf (text, "d-i %s %s ", question, type);
  va_start (args, format);
  g_string_append_vprintf (text, format, args);
  va_end (args);
  g_string_append_c (text, '\n');
}

static void
add_language (GString *text, const DroverUnattended *self)
{
  add (text, "debian-installer/locale", "string", "%s", self->locale);
  add (text, "keyboard-configuration/xkb-keymap", "select", "%s", self->keyboard);
  if (self->keyboard_variant != NULL)
    add (text, "keyboard-configuration/variantcode", "string", "%s", self->keyboard_variant);
  add (text, "clock-setup/utc", "boolean", "true");
  add (text, "clock-setup/ntp", "boolean", "false");
  add (text, "time/zone", "string", "%s", self->time_zone);
}

/* The address, as the installer wants it: in parts. */
static void
add_mirror (GString *text, const DroverUnattended *self)
{
  const char *address = self->mirror != NULL ? self->mirror : DEBIAN_MIRROR;
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL);
  g_autofree char *host_question = NULL;
  g_autofree char *folder_question = NULL;
  g_autofree char *proxy_question = NULL;
  const char *scheme = g_uri_get_scheme (uri);

  host_question = g_strdup_printf ("mirror/%s/hostname", scheme);
  folder_question = g_strdup_printf ("mirror/%s/directory", scheme);
  proxy_question = g_strdup_printf ("mirror/%s/proxy", scheme);

  add (text, "mirror/protocol", "string", "%s", scheme);
  add (text, "mirror/country", "string", "manual");
  if (g_uri_get_port (uri) > 0)
    add (text, host_question, "string", "%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
  else
    add (text, host_question, "string", "%s", g_uri_get_host (uri));
  add (text, folder_question, "string", "%s",
       *g_uri_get_path (uri) != '\0' ? g_uri_get_path (uri) : "/");
  add (text, proxy_question, "string", "%s", "");
}

static void
add_security (GString *text, const DroverUnattended *self)
{
  g_autoptr (GUri) uri = NULL;

  if (self->security_mirror == NULL)
    {
      add (text, "apt-setup/services-select", "multiselect", "security, updates");
      return;
    }
  if (*self->security_mirror == '\0')
    {
      add (text, "apt-setup/services-select", "multiselect", "%s", "");
      return;
    }

  uri = g_uri_parse (self->security_mirror, G_URI_FLAGS_ENCODED, NULL);
  add (text, "apt-setup/services-select", "multiselect", "security, updates");
  add (text, "apt-setup/security_protocol", "string", "%s", g_uri_get_scheme (uri));
  if (g_uri_get_port (uri) > 0)
    add (text, "apt-setup/security_host", "string", "%s:%d", g_uri_get_host (uri),
         g_uri_get_port (uri));
  else
    add (text, "apt-setup/security_host", "string", "%s", g_uri_get_host (uri));
  add (text, "apt-setup/security_path", "string", "%s", g_uri_get_path (uri));
}

static void
add_user (GString *text, const DroverUnattended *self)
{
  /* Then the user has sudo. */
  add (text, "passwd/root-login", "boolean", "false");
  add (text, "passwd/user-fullname", "string", "%s",
       self->real_name != NULL ? self->real_name : self->user);
  add (text, "passwd/username", "string", "%s", self->user);
  add (text, "passwd/user-password-crypted", "password", "%s",
       self->password_hash != NULL ? self->password_hash : "*");
}

static void
add_disk (GString *text, const DroverUnattended *self)
{
  const char *disk = self->disk != NULL ? self->disk : "/dev/vda";

  add (text, "partman-auto/disk", "string", "%s", disk);
  add (text, "partman-auto/method", "string", "regular");
  /* One file system, as with "atomic". That one wants 8.5 GB, which the installer checks while the
   * disk has no partition table and so without the 0.8 GB for EFI: a disk of 8 GiB passes, and then
   * has no room. This one fits from 4 GB on, and uses all of a larger disk as well. */
  add (text, "partman-auto/choose_recipe", "select", "small_disk");
  add (text, "partman-partitioning/confirm_write_new_label", "boolean", "true");
  add (text, "partman/choose_partition", "select", "finish");
  add (text, "partman/confirm", "boolean", "true");
  add (text, "partman/confirm_nooverwrite", "boolean", "true");
  if (self->uefi)
    {
      add (text, "partman-partitioning/choose_label", "select", "gpt");
      add (text, "partman-efi/non_efi_system", "boolean", "true");
      /* It starts even where the variable store was lost. */
      add (text, "grub-installer/force-efi-extra-removable", "boolean", "true");
    }
  add (text, "grub-installer/only_debian", "boolean", "true");
  add (text, "grub-installer/with_other_os", "boolean", "true");
  add (text, "grub-installer/bootdev", "string", "%s", disk);
  add (text, "debian-installer/add-kernel-opts", "string", "console=tty0 console=%s",
       _drover_unattended_get_console (self->architecture));
}

static void
add_packages (GString *text, const DroverUnattended *self)
{
  add (text, "apt-setup/cdrom/set-first", "boolean", "false");
  add (text, "apt-setup/non-free-firmware", "boolean", "true");
  g_string_append_printf (text, "tasksel tasksel/first multiselect standard, ssh-server%s\n",
                          self->desktop ? ", desktop, gnome-desktop" : "");
  g_string_append (text, "d-i pkgsel/include string sudo qemu-guest-agent");
  for (guint i = 0; self->packages != NULL && self->packages[i] != NULL; i++)
    g_string_append_printf (text, " %s", self->packages[i]);
  g_string_append_c (text, '\n');
  add (text, "pkgsel/upgrade", "select", "none");
  add (text, "pkgsel/update-policy", "select", "none");
  g_string_append (text, "popularity-contest popularity-contest/participate boolean false\n");
}

/* What there is no question for, in one shell line with neither a backslash nor a line break:
 * debconf gives both a meaning of its own. */
static void
add_late_command (GString *text, const DroverUnattended *self)
{
  GString *line = g_string_new ("");
  const char *user = self->user;

  if (self->ssh_keys != NULL && self->ssh_keys[0] != NULL)
    {
      g_string_append_printf (line, "mkdir -p /target/home/%s/.ssh; ", user);
      for (guint i = 0; self->ssh_keys[i] != NULL; i++)
        {
          g_autofree char *key = _drover_unattended_quote (self->ssh_keys[i]);

          g_string_append_printf (line, "echo %s >>/target/home/%s/.ssh/authorized_keys; ", key,
                                  user);
        }
      g_string_append_printf (line, "chmod 700 /target/home/%s/.ssh; "
                              "chmod 600 /target/home/%s/.ssh/authorized_keys; "
                              "in-target chown -R %s: /home/%s/.ssh; ", user, user, user, user);
    }
  if (self->password_hash == NULL)
    g_string_append_printf (line, "echo '%s %s' >/target/etc/sudoers.d/90-%s; "
                            "chmod 440 /target/etc/sudoers.d/90-%s; ", user,
                            _drover_unattended_get_sudo (self), user, user);
  /* What tells Drover that all went well. */
  g_string_append (line, "echo 'drover: installed' >/dev/console");

  add (text, "preseed/late_command", "string", "%s", line->str);
  g_string_free (line, TRUE);
}

void
_drover_unattended_make_preseed (const DroverUnattended *self, GHashTable *files)
{
  g_autoptr (GString) text = g_string_new (NULL);

  add_language (text, self);
  add (text, "netcfg/choose_interface", "select", "auto");
  add (text, "netcfg/get_hostname", "string", "%s", self->host_name);
  add (text, "netcfg/hostname", "string", "%s", self->host_name);
  add (text, "netcfg/get_domain", "string", "%s", "");
  add (text, "hw-detect/load_firmware", "boolean", "false");
  add_mirror (text, self);
  add_user (text, self);
  add_disk (text, self);
  add_packages (text, self);
  add_security (text, self);
  add_late_command (text, self);
  add (text, "cdrom-detect/eject", "boolean", "true");
  add (text, "finish-install/reboot_in_progress", "note", "%s", "");
  add (text, "debian-installer/exit/poweroff", "boolean", "true");

  _drover_unattended_add_text (files, "preseed.cfg", text->str);
}
