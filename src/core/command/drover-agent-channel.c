/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-adding.h"
#include "drover-agent-channel.h"
#include "drover-arguments.h"

#define SOCKET "agent.sock"

/**
 * drover_agent_channel_free:
 *
 * Frees @self.
 */
void
drover_agent_channel_free (DroverAgentChannel *self)
{
  g_free (self->device_id);
  g_free (self->chardev_id);
  g_free (self->path);
  g_free (self->problem);
  g_free (self);
}

static gboolean
is_on (const DroverFields *fields, const char *key)
{
  static const char *const words[] = { "on", "yes", "true", "y", NULL };
  const char *value = drover_fields_get (fields, key);

  return value != NULL && g_strv_contains (words, value);
}

static gboolean
names_agent (const char *text)
{
  return text != NULL && (strstr (text, "agent") != NULL || strstr (text, "qga") != NULL);
}

/* A serial port has no name that tells what it is for; whoever made it for the agent mostly
 * named the other end so. */
static gboolean
is_agents_serial (const DroverFields *device, const DroverFields *chardev)
{
  static const char *const drivers[] = { "isa-serial", "pci-serial", "usb-serial", NULL };
  const char *driver = drover_fields_get (device, "driver");

  return driver != NULL && g_strv_contains (drivers, driver) && chardev != NULL &&
         (names_agent (drover_fields_get (chardev, "id")) ||
          names_agent (drover_fields_get (chardev, "path")));
}

static char *
find_problem (const DroverFields *chardev, const char *id)
{
  const char *backend = chardev != NULL ? drover_fields_get (chardev, "backend") : NULL;

  if (backend == NULL)
    return g_strdup_printf (_("There is no character device “%s”"), id != NULL ? id : "");
  if (!g_str_equal (backend, "socket"))
    return g_strdup_printf (_("The agent’s channel leads to a character device of the kind “%s”. "
                              "Drover can only use a socket"), backend);
  if (drover_fields_get (chardev, "path") == NULL || is_on (chardev, "abstract"))
    return g_strdup (_("The agent’s channel is not a UNIX socket with a path, and Drover uses no "
                       "other"));
  /* QEMU connects, then, to a program that listens. */
  if (!is_on (chardev, "server"))
    return g_strdup (_("The agent’s channel belongs to another program: its character device has "
                       "no “server=on”"));
  return NULL;
}

static DroverAgentChannel *
new_channel (DroverReferences *references, guint device, gboolean tells)
{
  DroverAgentChannel *self = g_new0 (DroverAgentChannel, 1);
  const DroverFields *fields = references->fields->pdata[device];
  const char *id = drover_fields_get (fields, "chardev");
  const DroverFields *chardev;

  self->device = device;
  self->tells = tells;
  self->device_id = g_strdup (drover_fields_get (fields, "id"));
  self->chardev_id = g_strdup (id);
  self->chardev = id != NULL
                    ? drover_references_find (references, DROVER_NAMESPACE_CHARDEV, id)
                    : -1;
  chardev = self->chardev >= 0 ? references->fields->pdata[self->chardev] : NULL;
  self->problem = find_problem (chardev, id);
  if (self->problem == NULL)
    self->path = g_strdup (drover_fields_get (chardev, "path"));
  return self;
}

/**
 * drover_agent_channel_find:
 * @arguments: (element-type DroverArgument): a machine's arguments
 *
 * Looks for the port that a guest agent opens: a `virtserialport` of the agent's name, else a
 * serial port whose character device is called after the agent.
 *
 * Returns: (transfer full) (nullable): the channel
 */
DroverAgentChannel *
drover_agent_channel_find (GPtrArray *arguments)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);

  for (guint i = 0; i < references->fields->len; i++)
    {
      const DroverFields *fields = references->fields->pdata[i];

      if (fields->enabled && drover_fields_are (fields, "device") &&
          g_strcmp0 (drover_fields_get (fields, "driver"), "virtserialport") == 0 &&
          g_strcmp0 (drover_fields_get (fields, "name"), DROVER_AGENT_PORT) == 0)
        return new_channel (references, i, TRUE);
    }
  for (guint i = 0; i < references->fields->len; i++)
    {
      const DroverFields *fields = references->fields->pdata[i];
      int chardev = drover_references_get_target (references, i, DROVER_NAMESPACE_CHARDEV);

      if (fields->enabled && drover_fields_are (fields, "device") && chardev >= 0 &&
          is_agents_serial (fields, references->fields->pdata[chardev]))
        return new_channel (references, i, FALSE);
    }

  return NULL;
}

/* The controller that ports are plugged into. Its bus is called after its id. */
static gboolean
ensure_controller (GPtrArray **arguments, const char *program, char **bus, GError **error)
{
  static const char *const controllers[] = { "virtio-serial", NULL };
  g_autoptr (DroverReferences) references = drover_references_new (*arguments);
  DroverAdding adding = { .references = references,
                          .board = drover_board_find (references, program) };
  int found = drover_adding_find_device (&adding, controllers);
  g_autofree char *driver = NULL;
  g_autofree char *free_id = NULL;
  g_autofree char *id_text = NULL;
  g_autofree char *id = NULL;
  GPtrArray *result;

  if (found >= 0)
    {
      const char *old = drover_fields_get (references->fields->pdata[found], "id");

      /* One without an id has a bus that QEMU finds by itself. */
      *bus = old != NULL ? g_strdup_printf ("%s.0", old) : NULL;
      return TRUE;
    }
  if (adding.board == DROVER_BOARD_OTHER)
    return drover_arguments_refuse (
      error, _("Drover does not know how a virtio device is plugged into this machine type. Add a "
               "“virtio-serial” device by hand first"));

  driver = g_strdup_printf ("driver=virtio-serial-%s", drover_adding_get_virtio (&adding));
  free_id = drover_references_dup_free_id (references, "channels");
  id_text = g_strdup_printf ("id=%s", free_id);
  result = drover_parts_add (*arguments, program, DROVER_PART_DEVICE,
                             (const char *const[]){ driver, id_text, NULL }, &id, error);
  if (result == NULL)
    return FALSE;

  g_ptr_array_unref (*arguments);
  *arguments = result;
  *bus = g_strdup_printf ("%s.0", id);
  return TRUE;
}

static gboolean
add_part (GPtrArray **arguments, const char *program, const char *kind,
          const char *const *properties, char **id, GError **error)
{
  GPtrArray *result = drover_parts_add (*arguments, program, kind, properties, id, error);

  if (result == NULL)
    return FALSE;
  g_ptr_array_unref (*arguments);
  *arguments = result;
  return TRUE;
}

static char *
dup_free (GPtrArray *arguments, const char *stem)
{
  g_autoptr (DroverReferences) references = drover_references_new (arguments);

  return drover_references_dup_free_id (references, stem);
}

/**
 * drover_agent_channel_add:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @program: its program
 * @error: set to %DROVER_ERROR_ARGUMENT when there is a channel already, or cannot be one
 *
 * Adds both ends of a channel to the guest agent, and the controller that it needs: a socket in
 * the machine's folder, and a port of the agent's name.
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_agent_channel_add (GPtrArray *arguments, const char *program, GError **error)
{
  g_autoptr (DroverAgentChannel) old = drover_agent_channel_find (arguments);
  g_autoptr (GPtrArray) result = drover_arguments_copy (arguments);
  g_autofree char *bus = NULL;
  g_autofree char *chardev = dup_free (arguments, "agent");
  g_autofree char *chardev_id = g_strdup_printf ("id=%s", chardev);
  g_autofree char *chardev_text = g_strdup_printf ("chardev=%s", chardev);
  g_autofree char *bus_text = NULL;
  g_autofree char *port_id = NULL;
  g_autofree char *port = NULL;

  if (old != NULL)
    {
      drover_arguments_refuse (error, _("The machine has a channel to the guest agent already"));
      return NULL;
    }
  if (!ensure_controller (&result, program, &bus, error) ||
      !add_part (&result, program, DROVER_PART_CHARACTER,
                 (const char *const[]){ "backend=socket", chardev_id, "path=" SOCKET, "server=on",
                                        "wait=off", NULL },
                 NULL, error))
    return NULL;

  /* The port has an id, so that QEMU tells when the guest opens it. */
  port = dup_free (result, "port");
  port_id = g_strdup_printf ("id=%s", port);
  bus_text = bus != NULL ? g_strdup_printf ("bus=%s", bus) : NULL;
  if (!add_part (&result, program, DROVER_PART_DEVICE,
                 (const char *const[]){ "driver=virtserialport", port_id, chardev_text,
                                        "name=" DROVER_AGENT_PORT, bus_text, NULL },
                 NULL, error))
    return NULL;

  return g_steal_pointer (&result);
}

/**
 * drover_agent_channel_explain:
 * @argument: one that drover_agent_channel_add() added
 *
 * Returns: what it is for, a sentence
 */
const char *
drover_agent_channel_explain (DroverArgument *argument)
{
  g_autoptr (DroverFields) fields = drover_fields_new (argument);

  if (drover_fields_are (fields, "chardev"))
    return _("This computer’s end: a socket in the machine’s folder, on which QEMU listens.");
  if (g_strcmp0 (drover_fields_get (fields, "driver"), "virtserialport") == 0)
    return _("The guest’s end: a port with the name that the agent looks for.");
  return _("The controller that ports are plugged into.");
}
