/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-unattended-private.h"

/* Ubuntu's live server installer, from 20.04 on. */

static JsonObject *
make_identity (const DroverUnattended *self)
{
  JsonObject *identity = json_object_new ();

  json_object_set_string_member (identity, "realname",
                                 self->real_name != NULL ? self->real_name : self->user);
  json_object_set_string_member (identity, "username", self->user);
  json_object_set_string_member (identity, "hostname", self->host_name);
  /* It must be there; no password has this hash. */
  json_object_set_string_member (identity, "password",
                                 self->password_hash != NULL ? self->password_hash : "*");
  return identity;
}

static JsonObject *
make_keyboard (const DroverUnattended *self)
{
  JsonObject *keyboard = json_object_new ();

  json_object_set_string_member (keyboard, "layout", self->keyboard);
  json_object_set_string_member (keyboard, "variant",
                                 self->keyboard_variant != NULL ? self->keyboard_variant : "");
  return keyboard;
}

static JsonObject *
make_ssh (const DroverUnattended *self)
{
  JsonObject *ssh = json_object_new ();

  json_object_set_boolean_member (ssh, "install-server", TRUE);
  json_object_set_boolean_member (ssh, "allow-pw",
                                  self->ssh_keys == NULL || self->ssh_keys[0] == NULL);
  json_object_set_array_member (ssh, "authorized-keys",
    _drover_unattended_strv_to_json ((const char *const *) self->ssh_keys));
  return ssh;
}

static JsonObject *
make_storage (const DroverUnattended *self)
{
  JsonObject *storage = json_object_new ();
  JsonObject *layout = json_object_new ();

  json_object_set_string_member (layout, "name", "direct");
  if (self->disk != NULL)
    {
      JsonObject *match = json_object_new ();

      json_object_set_string_member (match, "path", self->disk);
      json_object_set_object_member (layout, "match", match);
    }
  json_object_set_object_member (storage, "layout", layout);
  return storage;
}

/* The installer always runs the updates of the security suite at its end, hundreds of megabytes
 * under an emulated processor. Without that suite it finds none; a late command puts it back, and
 * the installed system then updates itself as any Ubuntu does. */
static JsonObject *
make_apt (const DroverUnattended *self)
{
  JsonObject *apt = json_object_new ();
  JsonArray *suites = json_array_new ();

  json_object_set_boolean_member (apt, "geoip", FALSE);
  if (self->mirror != NULL)
    {
      JsonArray *primary = json_array_new ();
      JsonArray *architectures = json_array_new ();
      JsonObject *entry = json_object_new ();

      json_array_add_string_element (architectures, "default");
      json_object_set_array_member (entry, "arches", architectures);
      json_object_set_string_member (entry, "uri", self->mirror);
      json_array_add_object_element (primary, entry);
      json_object_set_array_member (apt, "primary", primary);
    }
  json_array_add_string_element (suites, "security");
  json_object_set_array_member (apt, "disable_suites", suites);
  return apt;
}

/* In the installed system, by a shell. */
static void
add_in_target (JsonArray *commands, const char *script)
{
  _drover_unattended_add_words (commands, "curtin", "in-target", "--target=/target", "--", "sh",
                                "-c", script, NULL);
}

static JsonArray *
make_late_commands (const DroverUnattended *self)
{
  JsonArray *commands = json_array_new ();
  /* The installer has a setting for it, but gives up where it does not know the zone, as an older
   * release does not know “Europe/Kyiv”. */
  g_autofree char *zone = g_strdup_printf (
    "if test -e /usr/share/zoneinfo/%s; then ln -sf /usr/share/zoneinfo/%s /etc/localtime && "
    "echo '%s' >/etc/timezone; fi", self->time_zone, self->time_zone, self->time_zone);
  g_autofree char *console = g_strdup_printf (
    "mkdir -p /etc/default/grub.d && "
    "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX console=tty0 console=%s\"' "
    ">/etc/default/grub.d/serial-console.cfg && update-grub",
    _drover_unattended_get_console (self->architecture));
  /* The comment is 22.04's way of leaving a suite out; should another release have another way,
   * the suite is added anew rather than missing. */
  g_autofree char *security = g_strdup_printf (
    "if test -e /etc/apt/sources.list; then "
    "sed -i 's/^# suite disabled by curtin: //' /etc/apt/sources.list; fi; "
    "grep -Eqrs '^[^#]*-security' /etc/apt/sources.list /etc/apt/sources.list.d || "
    "echo \"deb %s $(. /etc/os-release && echo $VERSION_CODENAME)-security "
    "main restricted universe multiverse\" >/etc/apt/sources.list.d/security.list",
    g_str_equal (self->architecture, "x86_64") ? "http://security.ubuntu.com/ubuntu"
                                               : "http://ports.ubuntu.com/ubuntu-ports");

  add_in_target (commands, zone);
  add_in_target (commands, console);
  if (self->password_hash == NULL)
    {
      g_autofree char *sudo = g_strdup_printf (
        "echo '%s %s' >/etc/sudoers.d/90-%s && chmod 0440 /etc/sudoers.d/90-%s", self->user,
        _drover_unattended_get_sudo (self), self->user, self->user);

      add_in_target (commands, sudo);
    }
  /* It is a comfort: without a network the system is no worse. */
  add_in_target (commands, "apt-get install -y qemu-guest-agent || true");
  add_in_target (commands, security);
  return commands;
}

void
_drover_unattended_make_autoinstall (const DroverUnattended *self, GHashTable *files)
{
  g_autoptr (JsonObject) config = json_object_new ();
  JsonObject *install = json_object_new ();
  JsonObject *refresh = json_object_new ();
  JsonArray *packages = _drover_unattended_strv_to_json ((const char *const *) self->packages);

  json_object_set_int_member (install, "version", 1);
  json_object_set_boolean_member (refresh, "update", FALSE);
  json_object_set_object_member (install, "refresh-installer", refresh);
  json_object_set_string_member (install, "locale", self->locale);
  json_object_set_object_member (install, "keyboard", make_keyboard (self));
  json_object_set_object_member (install, "apt", make_apt (self));
  json_object_set_object_member (install, "storage", make_storage (self));
  json_object_set_object_member (install, "identity", make_identity (self));
  json_object_set_object_member (install, "ssh", make_ssh (self));
  /* 22.04's desktop has an older installer that reads none of this. */
  if (self->desktop)
    json_array_add_string_element (packages, "ubuntu-desktop-minimal");
  json_object_set_array_member (install, "packages", packages);
  json_object_set_string_member (install, "updates", "security");
  json_object_set_array_member (install, "late-commands", make_late_commands (self));
  json_object_set_string_member (install, "shutdown", "poweroff");

  json_object_set_object_member (config, "autoinstall", install);
  _drover_unattended_add_nocloud (self, files, config);
}
