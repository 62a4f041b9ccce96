/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-json.h"
#include "drover-unattended-private.h"

/* Arch's installer medium has cloud-init, and archinstall, whose two files are written here as the
 * releases of 2025 want them: their form changes between releases, and the medium brings its own.
 * The part of it that changed most, the disk's layout, is left out: a script lays the disk out and
 * mounts it, and archinstall takes what it finds. */

#define FOLDER "/root/drover/"
#define TARGET "/mnt/drover"

/* The disk's name is put in; what the installer says is seen on the screen and the serial port. */
static const char script_format[] =
  "#!/bin/bash\n"
  "# Installs Arch Linux onto %1$s, which is ERASED. Written by Drover.\n"
  "exec > >(tee /dev/console) 2>&1\n"
  "set -eux\n"
  "disk=%1$s\n"
  "case $disk in *[0-9]) part=${disk}p ;; *) part=$disk ;; esac\n"
  "sfdisk --wipe always \"$disk\" <<END\n"
  "label: gpt\n"
  "%2$s\n"
  "type=linux\n"
  "END\n"
  "udevadm settle\n"
  "%3$s"
  "mkfs.ext4 -q -F \"${part}2\"\n"
  "mkdir -p " TARGET "\n"
  "mount \"${part}2\" " TARGET "\n"
  "%4$s"
  "archinstall --config " FOLDER "user_configuration.json"
  " --creds " FOLDER "user_credentials.json --silent\n"
  "%5$s"
  "rm -f " FOLDER "user_credentials.json\n"
  "poweroff\n";

static JsonObject *
new_object (const char *member, const char *value)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, member, value);
  return object;
}

static JsonObject *
make_disk (void)
{
  JsonObject *disk = new_object ("config_type", "pre_mounted_config");

  json_object_set_string_member (disk, "mountpoint", TARGET);
  json_object_set_array_member (disk, "device_modifications", json_array_new ());
  return disk;
}

static JsonObject *
make_mirrors (const DroverUnattended *self)
{
  JsonObject *mirrors = json_object_new ();
  JsonArray *servers = json_array_new ();
  g_autofree char *address = g_strconcat (self->mirror, "/$repo/os/$arch", NULL);

  json_array_add_object_element (servers, new_object ("url", address));
  json_object_set_array_member (mirrors, "custom_servers", servers);
  json_object_set_object_member (mirrors, "mirror_regions", json_object_new ());
  json_object_set_array_member (mirrors, "optional_repositories", json_array_new ());
  json_object_set_array_member (mirrors, "custom_repositories", json_array_new ());
  return mirrors;
}

static JsonObject *
make_configuration (const DroverUnattended *self)
{
  JsonObject *config = new_object ("archinstall-language", "English");
  JsonObject *locale = new_object ("kb_layout", self->keyboard);
  JsonObject *boot = new_object ("bootloader", self->uefi ? "Systemd-boot" : "Grub");
  JsonArray *packages = _drover_unattended_strv_to_json ((const char *const *) self->packages);
  JsonArray *kernels = json_array_new ();
  JsonArray *services = json_array_new ();

  json_object_set_string_member (config, "script", "guided");
  json_object_set_string_member (config, "hostname", self->host_name);
  json_object_set_string_member (locale, "sys_lang", self->locale);
  json_object_set_string_member (locale, "sys_enc", "UTF-8");
  json_object_set_object_member (config, "locale_config", locale);
  json_object_set_string_member (config, "timezone", self->time_zone);
  json_object_set_boolean_member (config, "ntp", TRUE);
  json_object_set_boolean_member (config, "swap", TRUE);

  json_object_set_object_member (config, "disk_config", make_disk ());
  json_object_set_boolean_member (boot, "uki", FALSE);
  json_object_set_boolean_member (boot, "removable", FALSE);
  json_object_set_object_member (config, "bootloader_config", boot);
  if (self->mirror != NULL)
    json_object_set_object_member (config, "mirror_config", make_mirrors (self));
  json_object_set_object_member (config, "network_config", new_object ("type", "iso"));

  json_array_add_string_element (kernels, "linux");
  json_object_set_array_member (config, "kernels", kernels);
  json_array_add_string_element (packages, "openssh");
  json_array_add_string_element (packages, "qemu-guest-agent");
  json_object_set_array_member (config, "packages", packages);
  json_array_add_string_element (services, "sshd");
  json_object_set_array_member (config, "services", services);
  return config;
}

static JsonObject *
make_credentials (const DroverUnattended *self)
{
  JsonObject *credentials = json_object_new ();
  JsonObject *user = new_object ("username", self->user);
  JsonArray *users = json_array_new ();

  json_object_set_string_member (user, "enc_password",
                                 self->password_hash != NULL ? self->password_hash : "*");
  json_object_set_boolean_member (user, "sudo", TRUE);
  json_object_set_array_member (user, "groups", json_array_new ());
  json_array_add_object_element (users, user);
  json_object_set_array_member (credentials, "users", users);
  return credentials;
}

/* What archinstall has no setting for. */
static char *
make_late_lines (const DroverUnattended *self)
{
  GString *lines = g_string_new (NULL);
  const char *user = self->user;

  for (guint i = 0; self->ssh_keys != NULL && self->ssh_keys[i] != NULL; i++)
    {
      g_autofree char *key = _drover_unattended_quote (self->ssh_keys[i]);

      g_string_append_printf (lines, "mkdir -p " TARGET "/home/%s/.ssh\n"
                              "echo %s >>" TARGET "/home/%s/.ssh/authorized_keys\n",
                              user, key, user);
    }
  if (lines->len > 0)
    g_string_append_printf (lines, "chmod 700 " TARGET "/home/%s/.ssh\n"
                            "chmod 600 " TARGET "/home/%s/.ssh/authorized_keys\n"
                            "arch-chroot " TARGET " chown -R %s: /home/%s/.ssh\n",
                            user, user, user, user);
  if (self->password_hash == NULL)
    g_string_append_printf (lines, "echo '%s %s' >" TARGET "/etc/sudoers.d/90-%s\n"
                            "chmod 440 " TARGET "/etc/sudoers.d/90-%s\n", user,
                            _drover_unattended_get_sudo (self), user, user);
  return g_string_free_and_steal (lines);
}

static char *
make_script (const DroverUnattended *self)
{
  g_autofree char *late = make_late_lines (self);

  /* GRUB wants a small partition of its own for what a BIOS starts. */
  return g_strdup_printf (script_format, self->disk != NULL ? self->disk : "/dev/vda",
                          self->uefi ? "size=1GiB, type=uefi"
                          : "size=2MiB, type=21686148-6449-6E6F-744E-656564454649",
                          self->uefi ? "mkfs.fat -F 32 \"${part}1\"\n" : "",
                          self->uefi ? "mount --mkdir \"${part}1\" " TARGET "/boot\n" : "",
                          late);
}

static void
add_file (JsonArray *files, const char *name, const char *permissions, const char *content)
{
  g_autofree char *path = g_strconcat (FOLDER, name, NULL);
  JsonObject *file = new_object ("path", path);

  json_object_set_string_member (file, "permissions", permissions);
  json_object_set_string_member (file, "content", content);
  json_array_add_object_element (files, file);
}

/* @object: (transfer full) */
static char *
to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  json_object_unref (object);
  return drover_json_to_text (node, TRUE);
}

void
_drover_unattended_make_archinstall (const DroverUnattended *self, GHashTable *files)
{
  g_autoptr (JsonObject) config = json_object_new ();
  JsonArray *written = json_array_new ();
  JsonArray *commands = json_array_new ();
  g_autofree char *configuration = to_text (make_configuration (self));
  g_autofree char *credentials = to_text (make_credentials (self));
  g_autofree char *script = make_script (self);

  add_file (written, "user_configuration.json", "0644", configuration);
  add_file (written, "user_credentials.json", "0600", credentials);
  add_file (written, "install.sh", "0755", script);
  json_object_set_array_member (config, "write_files", written);
  _drover_unattended_add_words (commands, "bash", FOLDER "install.sh", NULL);
  json_object_set_array_member (config, "runcmd", commands);

  _drover_unattended_add_nocloud (self, files, config);
}
