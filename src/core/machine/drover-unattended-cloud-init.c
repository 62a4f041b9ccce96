/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-unattended-private.h"

/* A cloud image's first boot: the seed that cloud-init calls NoCloud. */

/* Any network card, whichever slot it is in and whatever that makes of its name. */
static const char network_config[] =
  "{\n"
  "  \"version\" : 2,\n"
  "  \"ethernets\" : {\n"
  "    \"wired\" : {\n"
  "      \"match\" : {\n"
  "        \"name\" : \"e*\"\n"
  "      },\n"
  "      \"dhcp4\" : true\n"
  "    }\n"
  "  }\n"
  "}\n";

static JsonObject *
make_user (const DroverUnattended *self)
{
  JsonObject *user = json_object_new ();

  json_object_set_string_member (user, "name", self->user);
  if (self->real_name != NULL)
    json_object_set_string_member (user, "gecos", self->real_name);
  json_object_set_string_member (user, "shell", "/bin/bash");
  json_object_set_string_member (user, "sudo", _drover_unattended_get_sudo (self));
  json_object_set_boolean_member (user, "lock_passwd", self->password_hash == NULL);
  /* Unlike “passwd”, this is obeyed for a user that the image has already. */
  if (self->password_hash != NULL)
    json_object_set_string_member (user, "hashed_passwd", self->password_hash);
  if (self->ssh_keys != NULL && self->ssh_keys[0] != NULL)
    json_object_set_array_member (user, "ssh_authorized_keys",
      _drover_unattended_strv_to_json ((const char *const *) self->ssh_keys));
  return user;
}

static JsonObject *
make_keyboard (const DroverUnattended *self)
{
  JsonObject *keyboard = json_object_new ();

  json_object_set_string_member (keyboard, "layout", self->keyboard);
  if (self->keyboard_variant != NULL)
    json_object_set_string_member (keyboard, "variant", self->keyboard_variant);
  return keyboard;
}

/* cloud-init asks for a locale in words that only Ubuntu's locale-gen knows (its issue 4195).
 * Debian's makes what this file lists, and without the locale there the guest gets none at all. */
static void
add_locale (const DroverUnattended *self, JsonObject *config)
{
  JsonArray *list;
  JsonObject *file;
  g_autofree char *line = NULL;

  json_object_set_string_member (config, "locale", self->locale);
  if (!g_str_has_suffix (self->locale, ".UTF-8") || g_str_equal (self->locale, "C.UTF-8"))
    return;

  line = g_strconcat (self->locale, " UTF-8\n", NULL);
  file = json_object_new ();
  json_object_set_string_member (file, "path", "/etc/locale.gen");
  json_object_set_string_member (file, "content", line);
  json_object_set_boolean_member (file, "append", TRUE);
  list = json_array_new ();
  json_array_add_object_element (list, file);
  json_object_set_array_member (config, "write_files", list);
}

static JsonObject *
make_growpart (void)
{
  JsonObject *growpart = json_object_new ();
  JsonArray *devices = json_array_new ();

  json_array_add_string_element (devices, "/");
  json_object_set_string_member (growpart, "mode", "auto");
  json_object_set_array_member (growpart, "devices", devices);
  return growpart;
}

static void
add_packages (const DroverUnattended *self, JsonObject *config)
{
  JsonArray *packages = _drover_unattended_strv_to_json ((const char *const *) self->packages);
  JsonArray *commands = json_array_new ();

  json_array_add_string_element (packages, "qemu-guest-agent");
  json_object_set_boolean_member (config, "package_update", TRUE);
  json_object_set_array_member (config, "packages", packages);

  /* The agent's device was there before the agent was, so nothing has started it. */
  _drover_unattended_add_words (commands, "sh", "-c",
                                "systemctl start qemu-guest-agent.service || true", NULL);
  json_object_set_array_member (config, "runcmd", commands);
}

static void
add_mirror (const DroverUnattended *self, JsonObject *config)
{
  JsonObject *apt = json_object_new ();
  JsonArray *primary = json_array_new ();
  JsonObject *entry = json_object_new ();
  JsonArray *architectures = json_array_new ();

  json_array_add_string_element (architectures, "default");
  json_object_set_array_member (entry, "arches", architectures);
  json_object_set_string_member (entry, "uri", self->mirror);
  json_array_add_object_element (primary, entry);
  json_object_set_array_member (apt, "primary", primary);
  json_object_set_object_member (config, "apt", apt);
}

void
_drover_unattended_make_cloud_init (const DroverUnattended *self, GHashTable *files)
{
  g_autoptr (JsonObject) config = json_object_new ();
  JsonArray *users = json_array_new ();

  json_object_set_string_member (config, "hostname", self->host_name);
  json_object_set_string_member (config, "manage_etc_hosts", "localhost");
  add_locale (self, config);
  /* It is what images have, and not all of them have the means to change it. */
  if (!g_str_equal (self->keyboard, "us") || self->keyboard_variant != NULL)
    json_object_set_object_member (config, "keyboard", make_keyboard (self));
  json_object_set_string_member (config, "timezone", self->time_zone);

  json_array_add_object_element (users, make_user (self));
  json_object_set_array_member (config, "users", users);
  json_object_set_boolean_member (config, "disable_root", TRUE);
  /* Who gave a key does not need to be guessed at. */
  json_object_set_boolean_member (config, "ssh_pwauth",
                                  self->ssh_keys == NULL || self->ssh_keys[0] == NULL);

  json_object_set_object_member (config, "growpart", make_growpart ());
  if (self->mirror != NULL)
    add_mirror (self, config);
  add_packages (self, config);

  _drover_unattended_add_nocloud (self, files, config);
  _drover_unattended_add_text (files, "network-config", network_config);
}
