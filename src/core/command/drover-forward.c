/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-arguments.h"
#include "drover-error.h"
#include "drover-forward.h"
#include "drover-fields.h"
#include "drover-json-value.h"
#include "drover-json.h"
#include "drover-keyval.h"
#include "drover-options-file.h"

/* QEMU's grammar (net/slirp.c, slirp_hostfwd): PROTOCOL:ADDRESS:PORT-ADDRESS:PORT, where any
 * address and the protocol may be empty. Newer ones have [IPv6] addresses and unix:PATH. */

static gboolean
is_port (const char *text)
{
  guint64 port;

  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT16, &port, NULL);
}

/* Takes what is before @separator off *@p; an address may be in brackets. */
static char *
take_until (const char **p, char separator)
{
  const char *start = *p;
  const char *end;

  if (start[0] == '[')
    {
      end = strchr (start, ']');
      if (end == NULL || end[1] != separator)
        return NULL;
      *p = end + 2;
      return g_strndup (start + 1, end - start - 1);
    }

  end = strchr (start, separator);
  if (end == NULL)
    return NULL;

  *p = end + 1;
  return g_strndup (start, end - start);
}

/* A socket's path may have any `-`; the guest's address has none. */
static char *
take_path (const char **p)
{
  const char *end = strrchr (*p, '-');
  char *path;

  if (end == NULL || end == *p)
    return NULL;

  path = g_strndup (*p, end - *p);
  *p = end + 1;
  return path;
}

static gboolean
parse_members (DroverForward *self)
{
  const char *p = self->text;

  self->protocol = take_until (&p, ':');
  if (g_strcmp0 (self->protocol, "unix") == 0)
    {
      self->host_address = take_path (&p);
      self->host_port = g_strdup ("");
    }
  else if (self->protocol != NULL && (*self->protocol == '\0' ||
                                      g_str_equal (self->protocol, "tcp") ||
                                      g_str_equal (self->protocol, "udp")))
    {
      self->host_address = take_until (&p, ':');
      self->host_port = self->host_address == NULL ? NULL : take_until (&p, '-');
      if (self->host_port == NULL || !is_port (self->host_port))
        return FALSE;
    }
  if (self->host_address == NULL)
    return FALSE;

  self->guest_address = take_until (&p, ':');
  self->guest_port = g_strdup (p);
  return self->guest_address != NULL && is_port (p);
}

/**
 * drover_forward_parse:
 * @text: the value of one `hostfwd=`, commas undone
 *
 * Returns: (transfer full): what it says; not readable when it says anything else than
 *   these members can
 */
DroverForward *
drover_forward_parse (const char *text)
{
  DroverForward *self = g_new0 (DroverForward, 1);

  self->text = g_strdup (text);
  self->readable = parse_members (self);
  if (!self->readable)
    {
      g_clear_pointer (&self->protocol, g_free);
      g_clear_pointer (&self->host_address, g_free);
      g_clear_pointer (&self->host_port, g_free);
      g_clear_pointer (&self->guest_address, g_free);
      g_clear_pointer (&self->guest_port, g_free);
    }

  return self;
}

static char *
print_address (const char *address)
{
  return strchr (address, ':') != NULL ? g_strdup_printf ("[%s]", address) : g_strdup (address);
}

static gboolean
check_port (const char *port, GError **error)
{
  if (is_port (port))
    return TRUE;

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("“%s” is no port: a number from 0 to 65535"), port);
  return FALSE;
}

/**
 * drover_forward_new:
 * @protocol: `tcp`, `udp` or `unix`; empty for `tcp`
 * @host_address: where the host listens, IPv6 without brackets; for `unix` the socket's path
 * @host_port: its port; not looked at for `unix`
 * @guest_address: empty for the first address of the guest
 * @guest_port: its port
 * @error: set to %DROVER_ERROR_ARGUMENT when this cannot be a port forward
 *
 * Returns: (transfer full) (nullable): a forward, its text as QEMU wants it
 */
DroverForward *
drover_forward_new (const char *protocol, const char *host_address, const char *host_port,
                    const char *guest_address, const char *guest_port, GError **error)
{
  g_autoptr (DroverForward) self = NULL;
  g_autofree char *guest = print_address (guest_address);
  g_autofree char *host = print_address (host_address);
  g_autofree char *text = NULL;
  gboolean is_unix = g_str_equal (protocol, "unix");

  if (!is_unix && !check_port (host_port, error))
    return NULL;
  if (!check_port (guest_port, error))
    return NULL;

  text = is_unix ? g_strdup_printf ("unix:%s-%s:%s", host_address, guest, guest_port)
                 : g_strdup_printf ("%s:%s:%s-%s:%s", protocol, host, host_port, guest,
                                    guest_port);
  self = drover_forward_parse (text);

  /* An address with a separator in it would be read as something else. */
  if (!self->readable || !g_str_equal (self->protocol, protocol) ||
      !g_str_equal (self->host_address, host_address) ||
      !g_str_equal (self->guest_address, guest_address))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” cannot be a port forward; one is tcp:127.0.0.1:2222-10.0.2.15:22"),
                   text);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * drover_forward_free:
 *
 * Frees @self.
 */
void
drover_forward_free (DroverForward *self)
{
  g_free (self->text);
  g_free (self->protocol);
  g_free (self->host_address);
  g_free (self->host_port);
  g_free (self->guest_address);
  g_free (self->guest_port);
  g_free (self);
}

static DroverFields *
read_user (GPtrArray *arguments, guint argument)
{
  g_autoptr (DroverFields) fields = drover_fields_new (arguments->pdata[argument]);

  if (!drover_fields_are (fields, "netdev") && !drover_fields_are (fields, "nic") &&
      !drover_fields_are (fields, "net"))
    return NULL;

  return g_strcmp0 (drover_fields_get (fields, "type"), "user") == 0 ? g_steal_pointer (&fields)
                                                                      : NULL;
}

/* In JSON each is an object with one text: `"hostfwd": [{"str": "tcp::2222-:22"}]`. */
static char *
make_path (guint index)
{
  return g_strdup_printf ("hostfwd.%u.str", index);
}

/* In their order; what is in JSON but is no text is left out, and so is what stands behind it. */
static GStrv
list_texts (const DroverFields *fields)
{
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();

  if (!fields->is_json)
    return drover_keyval_dup_all (fields->text, "type", "hostfwd");

  for (guint i = 0;; i++)
    {
      g_autofree char *path = make_path (i);
      const char *text = drover_fields_get (fields, path);

      if (text == NULL)
        return g_strv_builder_end (texts);
      g_strv_builder_add (texts, text);
    }
}

/**
 * drover_forwards_possible:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of one of them
 *
 * Returns: whether it is user-mode networking (`-netdev user`, `-nic user`, `-net user`) whose
 *   forwards these functions can edit
 */
gboolean
drover_forwards_possible (GPtrArray *arguments, guint argument)
{
  g_autoptr (DroverFields) fields = read_user (arguments, argument);

  return fields != NULL && drover_arguments_get_file (arguments, argument) == NULL;
}

/**
 * drover_forwards_list:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of a network backend
 *
 * Returns: (transfer full) (element-type DroverForward): its forwards, in their order
 */
GPtrArray *
drover_forwards_list (GPtrArray *arguments, guint argument)
{
  GPtrArray *forwards = g_ptr_array_new_with_free_func ((GDestroyNotify) drover_forward_free);
  g_autoptr (DroverFields) fields = read_user (arguments, argument);
  g_auto (GStrv) values = NULL;

  if (fields == NULL)
    return forwards;

  values = list_texts (fields);
  for (guint i = 0; values[i] != NULL; i++)
    g_ptr_array_add (forwards, drover_forward_parse (values[i]));

  return forwards;
}

/* Replaces @n_old values at @index by @forward, if there is one. */
static char *
splice_keyval (const char *text, char **old, guint index, guint n_old,
               const DroverForward *forward)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new ();

  for (guint i = 0; i < index; i++)
    g_ptr_array_add (values, old[i]);
  if (forward != NULL)
    g_ptr_array_add (values, forward->text);
  for (guint i = index + n_old; old[i] != NULL; i++)
    g_ptr_array_add (values, old[i]);
  g_ptr_array_add (values, NULL);

  return drover_keyval_set_all (text, "type", "hostfwd", (const char *const *) values->pdata);
}

/* Behind the last element of the list, or in a new one. */
static char *
append_json (const char *text, guint n_old, const char *literal)
{
  DroverJsonMember list;
  g_autofree char *element = g_strdup_printf ("{\"str\":%s}", literal);
  g_autofree char *last = NULL;

  if (!drover_json_value_find (text, "hostfwd", &list))
    {
      g_autofree char *whole = g_strdup_printf ("[%s]", element);

      return drover_json_value_set (text, "hostfwd", whole);
    }

  last = g_strdup_printf ("hostfwd.%u", n_old);
  if (list.n_found > 1 || text[list.value_start] != '[' ||
      drover_json_value_find (text, last, &(DroverJsonMember) { 0 }))
    return NULL;

  return g_strdup_printf ("%.*s%s%s%s", (int) list.end - 1, text, n_old > 0 ? "," : "", element,
                          text + list.end - 1);
}

static char *
splice_json (const char *text, guint n_all, guint index, guint n_old,
             const DroverForward *forward)
{
  g_autofree char *literal = forward != NULL ? drover_json_value_quote (forward->text) : NULL;
  g_autofree char *path = make_path (index);
  g_autofree char *element = g_strdup_printf ("hostfwd.%u", index);

  if (n_old == 0)
    return append_json (text, n_all, literal);
  if (forward != NULL)
    return drover_json_value_set (text, path, literal);

  return drover_json_value_remove (text, n_all > 1 ? element : "hostfwd");
}

static GPtrArray *
splice (GPtrArray *arguments, guint argument, guint index, guint n_old,
        const DroverForward *forward, GError **error)
{
  g_autoptr (DroverFields) fields = read_user (arguments, argument);
  g_autofree char *changed = NULL;
  g_auto (GStrv) old = NULL;
  GPtrArray *result;

  if (fields == NULL)
    {
      drover_arguments_refuse (error,
                               _("Only user-mode networking (type “user”) has port forwards"));
      return NULL;
    }
  if (!drover_arguments_check_own (arguments, argument, error))
    return NULL;

  old = list_texts (fields);
  g_return_val_if_fail (index + n_old <= g_strv_length (old), NULL);
  if (n_old == 1 && forward != NULL && g_str_equal (forward->text, old[index]))
    return drover_arguments_copy (arguments);

  changed = fields->is_json
              ? splice_json (fields->text, g_strv_length (old), index, n_old, forward)
              : splice_keyval (fields->text, old, index, n_old, forward);
  if (changed == NULL)
    {
      drover_arguments_refuse (error, _("“%s” cannot be changed in this JSON; edit it as text: %s"),
                               "hostfwd", fields->text);
      return NULL;
    }

  result = drover_arguments_copy (arguments);
  drover_arguments_take (result, argument,
                         drover_argument_with_value (arguments->pdata[argument], changed));
  return result;
}

/**
 * drover_forwards_add:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of a network backend
 * @forward: what to add behind the others
 * @error: set to %DROVER_ERROR_ARGUMENT when the argument can have none
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_forwards_add (GPtrArray *arguments, guint argument, const DroverForward *forward,
                     GError **error)
{
  g_autoptr (GPtrArray) forwards = drover_forwards_list (arguments, argument);

  return splice (arguments, argument, forwards->len, 0, forward, error);
}

/**
 * drover_forwards_change:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of a network backend
 * @index: which of its forwards, as drover_forwards_list() has them
 * @forward: what it becomes; the same text changes no byte
 * @error: set to %DROVER_ERROR_ARGUMENT when the argument can have none
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_forwards_change (GPtrArray *arguments, guint argument, guint index,
                        const DroverForward *forward, GError **error)
{
  return splice (arguments, argument, index, 1, forward, error);
}

/**
 * drover_forwards_remove:
 * @arguments: (element-type DroverArgument): a machine's arguments
 * @argument: index of a network backend
 * @index: which of its forwards, as drover_forwards_list() has them
 * @error: set to %DROVER_ERROR_ARGUMENT when the argument can have none
 *
 * Returns: (transfer full) (nullable): the new arguments
 */
GPtrArray *
drover_forwards_remove (GPtrArray *arguments, guint argument, guint index, GError **error)
{
  return splice (arguments, argument, index, 1, NULL, error);
}
