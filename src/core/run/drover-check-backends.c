/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "drover-check-private.h"
#include "drover-keyval.h"

/* What a machine would take hold of outside of QEMU, and how the dry run goes without. */

static void
add (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  _drover_check_plan_add (self, drover_argument_get_flag (argument), value, index);
}

static gboolean
has_prefix (const char *text, const char *const *prefixes)
{
  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (text, prefixes[i]))
      return TRUE;

  return FALSE;
}

/* @text: (transfer full) */
static void
replace (char **value, char *text)
{
  g_free (*value);
  *value = text;
}

static void
note_port (DroverCheckPlan *self, const char *host, const char *port, gboolean udp, int index)
{
  char *end = NULL;
  gint64 number = port != NULL ? g_ascii_strtoll (port, &end, 10) : 0;
  DroverCheckPort *record;

  if (number < 1 || number > 65535 || *end != '\0')
    return;

  record = g_new0 (DroverCheckPort, 1);
  record->host = host != NULL && *host != '\0' ? g_strdup (host) : NULL;
  record->port = number;
  record->udp = udp;
  record->argument = index;
  g_ptr_array_add (self->ports, record);
}

/* Remembers the id, so that what refers to it is left out too. */
static void
leave_out (DroverCheckPlan *self, const char *value, const char *implied, int index)
{
  char *id = _drover_check_dup_field (value, implied, "id");

  if (id != NULL)
    g_ptr_array_add (self->left_out, id);
  g_ptr_array_add (self->problems, _drover_check_problem_new (index, FALSE, g_strdup (
    _("This was not checked: it would take hold of a device of this host, or needs another "
      "program to be running"))));
}

/* Character devices as -serial and its kind name them: `tcp:localhost:4444,server=on`. */
static char *
dup_character (DroverCheckPlan *self, const char *value, int index)
{
  static const char *const outside[] = {
    "stdio", "vc", "pty", "file:", "pipe:", "udp:", "tcp:", "telnet:", "tn3270:", "websocket:",
    "unix:", "/dev/", "con:", "COM", "console", NULL,
  };
  const char *backend = g_str_has_prefix (value, "mon:") ? value + 4 : value;
  g_auto (GStrv) words = g_strsplit (backend, ",", 2);
  g_auto (GStrv) parts = g_strsplit (words[0] != NULL ? words[0] : "", ":", 3);

  if (!has_prefix (backend, outside))
    return g_strdup (value);

  if (g_strv_length (parts) == 3 && strstr (backend, "server") != NULL)
    note_port (self, parts[1], parts[2], FALSE, index);
  return g_strdup ("null");
}

static void
rewrite_character (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *text = dup_character (self, value, index);

  add (self, argument, text, index);
}

static void
rewrite_gdb (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *unused = NULL;
  g_autofree char *as_server = g_strconcat (value, ",server", NULL);

  unused = dup_character (self, as_server, index);
  add (self, argument, "none", index);
}

static void
rewrite_s (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  note_port (self, NULL, "1234", FALSE, index);
}

static void
drop (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
}

static void
set_scratch_socket (DroverCheckPlan *self, char **text)
{
  static const char *const of_the_outside[] = {
    "host", "port", "to", "ipv4", "ipv6", "path", "abstract", "tight", "fd", "server", "wait",
    "reconnect", "reconnect-ms", "delay", "tls-creds", "tls-authz", NULL,
  };
  g_autofree char *path = _drover_check_plan_dup_scratch_path (self, "socket");

  for (guint i = 0; of_the_outside[i] != NULL; i++)
    replace (text, drover_keyval_remove (*text, "backend", of_the_outside[i]));
  replace (text, drover_keyval_set (*text, "backend", "path", path));
  replace (text, drover_keyval_set (*text, "backend", "server", "on"));
  replace (text, drover_keyval_set (*text, "backend", "wait", "off"));
}

static void
rewrite_chardev (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  /* QEMU takes any key with any backend, so that the others may stay. */
  static const char *const outside[] = {
    "stdio", "vc", "pty", "file", "pipe", "udp", "serial", "tty", "parallel", "parport",
    "console", "dbus", NULL,
  };
  g_autofree char *backend = drover_keyval_dup (value, "backend", "backend");
  g_autofree char *host = drover_keyval_dup (value, "backend", "host");
  g_autofree char *port = drover_keyval_dup (value, "backend", "port");
  g_autofree char *server = drover_keyval_dup (value, "backend", "server");
  g_autofree char *log = drover_keyval_dup (value, "backend", "logfile");
  g_autofree char *path = drover_keyval_dup (value, "backend", "path");
  g_autofree char *text = g_strdup (value);

  if (backend != NULL && g_strv_contains (outside, backend))
    {
      gboolean needs_path = g_str_equal (backend, "file") || g_str_equal (backend, "pipe");

      /* QEMU is to say what is missing. */
      if (!needs_path || path != NULL)
        replace (&text, drover_keyval_set (text, "backend", "backend", "null"));
    }
  else if (g_strcmp0 (backend, "socket") == 0 && (path != NULL || port != NULL))
    {
      if (g_strcmp0 (server, "on") == 0)
        note_port (self, host, port, FALSE, index);
      if (index == self->tpm_chardev)
        replace (&text, _drover_check_dup_tpm_chardev (self, text));
      else
        set_scratch_socket (self, &text);
    }
  if (log != NULL)
    replace (&text, drover_keyval_set (text, "backend", "logfile", "/dev/null"));

  add (self, argument, text, index);
}

/* A rule as `tcp:127.0.0.1:2222-:22`, with any free port instead of the one asked for. */
static char *
dup_forward (DroverCheckPlan *self, const char *rule, int index)
{
  const char *dash = strchr (rule, '-');
  g_autofree char *host_side = dash != NULL ? g_strndup (rule, dash - rule) : NULL;
  g_auto (GStrv) parts = host_side != NULL ? g_strsplit (host_side, ":", -1) : NULL;
  char *end = NULL;
  gint64 port;

  if (parts == NULL || g_strv_length (parts) != 3)
    return g_strdup (rule);
  port = g_ascii_strtoll (parts[2], &end, 10);
  if (*parts[2] == '\0' || *end != '\0' || port < 0 || port > 65535)
    return g_strdup (rule);

  note_port (self, parts[1], parts[2], g_str_equal (parts[0], "udp"), index);
  return g_strdup_printf ("%s:%s:0%s", parts[0], *parts[1] != '\0' ? parts[1] : "127.0.0.1", dash);
}

static char *
dup_user_network (DroverCheckPlan *self, const char *value, int index)
{
  g_autoptr (GArray) items = drover_keyval_parse (value, TRUE);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      const char *word = value + item->start;
      g_autofree char *rule = g_strndup (value + item->value_start, item->end - item->value_start);
      g_autofree char *forward = NULL;

      if (g_str_has_prefix (word, "guestfwd=") && strstr (rule, "-tcp:") != NULL)
        continue;
      if (i > 0)
        g_string_append_c (text, ',');
      if (g_str_has_prefix (word, "hostfwd=") && !item->is_flag)
        forward = dup_forward (self, rule, index);
      if (forward != NULL)
        g_string_append_printf (text, "hostfwd=%s", forward);
      else
        g_string_append_len (text, word, item->end - item->start);
    }

  return g_string_free_and_steal (text);
}

static char *
dup_user_network_json (DroverCheckPlan *self, const char *value, int index)
{
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  JsonNode *list = json_object_get_member (object, "hostfwd");

  json_object_remove_member (object, "guestfwd");
  for (guint i = 0; list != NULL && JSON_NODE_HOLDS_ARRAY (list) &&
                    i < json_array_get_length (json_node_get_array (list)); i++)
    {
      JsonNode *node = json_array_get_element (json_node_get_array (list), i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *rule = entry != NULL
        ? json_object_get_string_member_with_default (entry, "str", NULL) : NULL;
      g_autofree char *forward = rule != NULL ? dup_forward (self, rule, index) : NULL;

      if (forward != NULL)
        json_object_set_string_member (entry, "str", forward);
    }

  return _drover_check_object_to_text (object);
}

/* A network that reaches nothing, with what belongs to the guest's side of it. */
static char *
dup_other_network (const char *value)
{
  static const char *const kept[] = { "id", "model", "mac", "macaddr", "name", NULL };
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  g_autofree char *text = g_strdup (object != NULL ? "{\"type\":\"user\"}" : "user");

  for (guint i = 0; kept[i] != NULL; i++)
    {
      g_autofree char *field = _drover_check_dup_field (value, "type", kept[i]);

      if (field != NULL)
        replace (&text, _drover_check_set_field (text, "type", kept[i], field));
    }

  return g_steal_pointer (&text);
}

static void
rewrite_network (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const outside[] = {
    "tap", "bridge", "l2tpv3", "socket", "stream", "dgram", "vde", "netmap", "af-xdp",
    "vhost-user", "vhost-vdpa", "passt", "vmnet-host", "vmnet-shared", "vmnet-bridged", NULL,
  };
  g_autofree char *type = _drover_check_dup_field (value, "type", "type");
  g_autofree char *text = NULL;

  if (type != NULL && g_strv_contains (outside, type))
    text = dup_other_network (value);
  else if (g_strcmp0 (type, "user") == 0 && value[0] == '{')
    text = dup_user_network_json (self, value, index);
  else if (g_strcmp0 (type, "user") == 0)
    text = dup_user_network (self, value, index);

  add (self, argument, text != NULL ? text : value, index);
}

static gboolean
refers_to_left_out (DroverCheckPlan *self, const char *value)
{
  static const char *const keys[] = { "tpmdev", "chardev", "cryptodev", "fsdev", "drive", NULL };

  for (guint i = 0; keys[i] != NULL && self->left_out->len > 0; i++)
    {
      g_autofree char *id = _drover_check_dup_field (value, "driver", keys[i]);

      if (id != NULL && g_ptr_array_find_with_equal_func (self->left_out, id, g_str_equal, NULL))
        return TRUE;
    }

  return FALSE;
}

static void
rewrite_device (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const outside[] = {
    "vfio-", "vhost-user-", "vhost-vdpa-", "vhost-scsi", "usb-host", "ivshmem-doorbell",
    "virtio-input-host", "u2f-passthru", "u2f-emulated", "canokey", "x-pci-proxy-dev", NULL,
  };
  g_autofree char *driver = _drover_check_dup_field (value, "driver", "driver");
  g_autofree char *cid = NULL;
  g_autofree char *text = NULL;

  if (driver != NULL && strstr (value, "help") == NULL &&
      (has_prefix (driver, outside) || refers_to_left_out (self, value)))
    {
      leave_out (self, value, "driver", index);
      return;
    }

  /* No two guests of one host may have the same number. */
  if (driver != NULL && g_str_has_prefix (driver, "vhost-vsock-"))
    cid = _drover_check_dup_field (value, "driver", "guest-cid");
  if (cid != NULL)
    {
      g_autofree char *other = g_strdup_printf ("%u", g_random_int_range (1 << 24, 1 << 30));

      text = _drover_check_set_field (value, "driver", "guest-cid", other);
    }
  add (self, argument, text != NULL ? text : value, index);
}

/* Memory that other programs may share: what QEMU loads into it before the guest runs is not
 * for them, and a file that is not there is not to be made. */
static char *
dup_memory_file (DroverCheckPlan *self, const char *value)
{
  g_autofree char *path = _drover_check_dup_field (value, "qom-type", "mem-path");
  g_autofree char *absolute = NULL;
  g_autofree char *parent = NULL;
  char *text = _drover_check_set_field (value, "qom-type", "share", "off");

  if (path == NULL)
    return text;

  absolute = g_canonicalize_filename (path, self->folder);
  parent = g_path_get_dirname (absolute);
  if (g_file_test (absolute, G_FILE_TEST_IS_DIR) ||
      (!g_file_test (absolute, G_FILE_TEST_EXISTS) && g_file_test (parent, G_FILE_TEST_IS_DIR)))
    replace (&text, _drover_check_set_field (text, "qom-type", "mem-path", self->scratch));

  return text;
}

static void
rewrite_object (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const outside[] = { "input-linux", "input-barrier", "cryptodev-vhost-user",
                                         "vhost-user-backend", NULL };
  g_autofree char *type = _drover_check_dup_field (value, "qom-type", "qom-type");
  g_autofree char *text = g_strdup (value);

  if (type != NULL && g_strv_contains (outside, type))
    {
      leave_out (self, value, "qom-type", index);
      return;
    }

  if (g_strcmp0 (type, "memory-backend-file") == 0)
    replace (&text, dup_memory_file (self, text));
  if (type != NULL && g_str_has_prefix (type, "memory-backend-"))
    replace (&text, _drover_check_remove_field (text, "qom-type", "prealloc"));
  if (g_strcmp0 (type, "filter-dump") == 0)
    replace (&text, _drover_check_set_field (text, "qom-type", "file", "/dev/null"));
  add (self, argument, text, index);
}

static void
rewrite_audio (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const outside[] = { "alsa", "coreaudio", "dbus", "dsound", "jack", "oss",
                                         "pa", "pipewire", "sdl", "sndio", "spice", "wav", NULL };
  static const char *const kept[] = { "id", "model", NULL };
  g_autofree char *driver = _drover_check_dup_field (value, "driver", "driver");
  g_autofree char *text = NULL;

  if (driver == NULL || !g_strv_contains (outside, driver))
    {
      add (self, argument, value, index);
      return;
    }

  text = g_strdup (value[0] == '{' ? "{\"driver\":\"none\"}" : "none");
  for (guint i = 0; kept[i] != NULL; i++)
    {
      g_autofree char *field = _drover_check_dup_field (value, "driver", kept[i]);

      if (field != NULL)
        replace (&text, _drover_check_set_field (text, "driver", kept[i], field));
    }
  add (self, argument, text, index);
}

static void
rewrite_display (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const outside[] = { "cocoa", "curses", "dbus", "default", "egl-headless",
                                         "gtk", "sdl", "spice-app", NULL };
  g_autofree char *type = _drover_check_dup_field (value, "type", "type");
  g_autofree char *gl = _drover_check_dup_field (value, "type", "gl");

  if (type != NULL && g_strv_contains (outside, type))
    {
      g_set_str (&self->display, type);
      self->display_argument = index;
      self->opengl = (gl != NULL && !g_str_equal (gl, "off")) ||
                     g_str_equal (type, "egl-headless") || g_str_equal (type, "spice-app");
    }
  else if (type == NULL || !g_str_has_prefix (type, "vnc"))
    add (self, argument, value, index);
}

/* VNC in the scratch folder, so that its other keys are still looked at. */
static void
rewrite_vnc (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const of_ports[] = { "to", "ipv4", "ipv6", "websocket", "reverse", NULL };
  const char *comma = strchr (value, ',');
  g_autofree char *address = g_strndup (value, strcspn (value, ","));
  char *colon = strrchr (address, ':');
  gboolean is_reverse = strstr (value, "reverse") != NULL;
  g_autofree char *port = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  /* `none`, and what is no address. */
  if (colon == NULL)
    {
      add (self, argument, value, index);
      return;
    }

  if (!g_str_has_prefix (address, "unix:"))
    {
      char *end = NULL;
      gint64 display = g_ascii_strtoll (colon + 1, &end, 10);

      if (end == colon + 1 || *end != '\0')
        {
          add (self, argument, value, index);
          return;
        }
      *colon = '\0';
      port = g_strdup_printf ("%" G_GINT64_FORMAT, 5900 + display);
      if (!is_reverse && strstr (value, ",to=") == NULL)
        note_port (self, address, port, FALSE, index);
    }

  path = _drover_check_plan_dup_scratch_path (self, "vnc");
  text = g_strconcat ("unix:", path, comma, NULL);
  for (guint i = 0; of_ports[i] != NULL; i++)
    replace (&text, drover_keyval_remove (text, "vnc", of_ports[i]));
  add (self, argument, text, index);
}

static void
rewrite_spice (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  static const char *const of_ports[] = { "port", "tls-port", "addr", "unix", "ipv4", "ipv6",
                                          NULL };
  g_autofree char *address = drover_keyval_dup (value, NULL, "addr");
  g_autofree char *port = drover_keyval_dup (value, NULL, "port");
  g_autofree char *text = g_strdup (value);

  note_port (self, address, port, FALSE, index);
  for (guint i = 0; of_ports[i] != NULL; i++)
    replace (&text, drover_keyval_remove (text, NULL, of_ports[i]));
  replace (&text, drover_keyval_set (text, NULL, "port", "0"));
  add (self, argument, text, index);
}

static void
rewrite_tpm (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *type = drover_keyval_dup (value, "type", "type");

  if (self->tpm_chardev >= 0 && g_strcmp0 (type, "emulator") == 0)
    add (self, argument, value, index);
  else if (g_strcmp0 (type, "emulator") == 0 || g_strcmp0 (type, "passthrough") == 0)
    leave_out (self, value, "type", index);
  else
    add (self, argument, value, index);
}

static void
rewrite_usb_device (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  if (g_str_has_prefix (value, "host:"))
    leave_out (self, value, NULL, index);
  else
    add (self, argument, value, index);
}

static void
rewrite_memory_path (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *path = g_canonicalize_filename (value, self->folder);
  g_autofree char *parent = g_path_get_dirname (path);

  add (self, argument, g_file_test (parent, G_FILE_TEST_IS_DIR) ? self->scratch : value, index);
}

static void
rewrite_machine (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *text = drover_keyval_remove (value, "type", "dumpdtb");

  add (self, argument, text, index);
}

static void
rewrite_icount (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *text = g_strdup (value);

  replace (&text, drover_keyval_remove (text, "shift", "rr"));
  replace (&text, drover_keyval_remove (text, "shift", "rrfile"));
  replace (&text, drover_keyval_remove (text, "shift", "rrsnapshot"));
  if (*text != '\0')
    add (self, argument, text, index);
}

static void
rewrite_overcommit (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *text = drover_keyval_remove (value, NULL, "mem-lock");

  if (*text != '\0')
    add (self, argument, text, index);
}

/* Times and names before a message would hide where it belongs. */
static void
rewrite_msg (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *text = g_strdup (value);

  replace (&text, drover_keyval_set (text, NULL, "timestamp", "off"));
  replace (&text, drover_keyval_set (text, NULL, "guest-name", "off"));
  add (self, argument, text, index);
}

static void
rewrite_trace (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  g_autofree char *file = drover_keyval_dup (value, "enable", "file");
  g_autofree char *text = g_strdup (value);

  if (file != NULL)
    replace (&text, drover_keyval_set (text, "enable", "file", "/dev/null"));
  add (self, argument, text, index);
}

static void
rewrite_incoming (DroverCheckPlan *self, DroverArgument *argument, const char *value, int index)
{
  add (self, argument, "defer", index);
}

typedef void (*Rewrite) (DroverCheckPlan *self, DroverArgument *argument, const char *value,
                         int index);

static const struct
{
  const char *option;
  Rewrite rewrite;
} rules[] = {
  { "D", drop },                       { "M", rewrite_machine },
  { "audio", rewrite_audio },          { "audiodev", rewrite_audio },
  { "chardev", rewrite_chardev },      { "daemonize", drop },
  { "debugcon", rewrite_character },   { "device", rewrite_device },
  { "display", rewrite_display },      { "dump-vmstate", drop },
  { "gdb", rewrite_gdb },              { "icount", rewrite_icount },
  { "incoming", rewrite_incoming },    { "jitdump", drop },
  { "loadvm", drop },                  { "machine", rewrite_machine },
  { "mem-path", rewrite_memory_path }, { "mem-prealloc", drop },
  { "monitor", rewrite_character },    { "msg", rewrite_msg },
  { "net", rewrite_network },          { "netdev", rewrite_network },
  { "nic", rewrite_network },          { "object", rewrite_object },
  { "overcommit", rewrite_overcommit }, { "parallel", rewrite_character },
  { "perfmap", drop },                 { "pidfile", drop },
  { "plugin", drop },                  { "preconfig", drop },
  { "qmp", rewrite_character },        { "qmp-pretty", rewrite_character },
  { "qtest", drop },                   { "qtest-log", drop },
  { "s", rewrite_s },                  { "serial", rewrite_character },
  { "spice", rewrite_spice },          { "tpmdev", rewrite_tpm },
  { "trace", rewrite_trace },          { "usbdevice", rewrite_usb_device },
  { "vnc", rewrite_vnc },
};

/* Options of these that take no value. */
static const char *const without_value[] = { "daemonize", "jitdump", "mem-prealloc", "perfmap",
                                             "preconfig", "s", NULL };

/*
 * _drover_check_rewrite_backend:
 *
 * Adds @argument to the plan, without what would be felt outside of QEMU.
 *
 * Returns: whether there is a rule for it; any other argument can go as it is
 */
gboolean
_drover_check_rewrite_backend (DroverCheckPlan *self, DroverArgument *argument, int index)
{
  const char *option = drover_argument_get_option (argument);
  const char *value = drover_argument_get_value (argument);

  /* Where a value is missing, or is too much, QEMU is to say so. */
  if ((value == NULL) != g_strv_contains (without_value, option))
    return FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].option, option))
      {
        rules[i].rewrite (self, argument, value, index);
        return TRUE;
      }

  return FALSE;
}
