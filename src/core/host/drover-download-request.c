/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-checksums.h"
#include "drover-download-request.h"
#include "drover-error.h"
#include "drover-http.h"
#include "drover-json.h"
#include "drover-keyring.h"

G_DEFINE_BOXED_TYPE (DroverDownloadRequest, drover_download_request, drover_download_request_copy,
                     drover_download_request_free)

static const char *const form_names[] = {
  [DROVER_SIGNATURE_OF_CHECKSUMS] = "checksums",
  [DROVER_SIGNATURE_OF_FILE] = "file",
  [DROVER_SIGNATURE_WITHIN_CHECKSUMS] = "within-checksums",
};

/**
 * drover_signature_form_parse:
 * @text: `checksums`, `file` or `within-checksums`
 * @form: (out): the form
 *
 * Returns: whether @text is one of them
 */
gboolean
drover_signature_form_parse (const char *text, DroverSignatureForm *form, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (form_names); i++)
    if (g_str_equal (text, form_names[i]))
      {
        *form = i;
        return TRUE;
      }

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
               _("“%s” is not a form of signatures: there are checksums, file and "
                 "within-checksums"), text);
  return FALSE;
}

/**
 * drover_download_request_new:
 * @address: (nullable): where the file is
 *
 * Returns: (transfer full): a request; the rest of it is for the caller to fill in
 */
DroverDownloadRequest *
drover_download_request_new (const char *address)
{
  DroverDownloadRequest *self = g_new0 (DroverDownloadRequest, 1);

  self->addresses = g_strdupv ((char *[]) { (char *) address, NULL });
  return self;
}

/**
 * drover_download_request_copy:
 *
 * Returns: (transfer full): the same once more
 */
DroverDownloadRequest *
drover_download_request_copy (const DroverDownloadRequest *self)
{
  DroverDownloadRequest *copy = g_new0 (DroverDownloadRequest, 1);

  copy->title = g_strdup (self->title);
  copy->addresses = g_strdupv (self->addresses);
  copy->name = g_strdup (self->name);
  copy->checksums = g_strdup (self->checksums);
  copy->signature = g_strdup (self->signature);
  copy->form = self->form;
  copy->key = g_strdup (self->key);
  copy->sha256 = g_strdup (self->sha256);
  return copy;
}

/**
 * drover_download_request_free:
 *
 * Frees it.
 */
void
drover_download_request_free (DroverDownloadRequest *self)
{
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->addresses, g_strfreev);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->checksums, g_free);
  g_clear_pointer (&self->signature, g_free);
  g_clear_pointer (&self->key, g_free);
  g_clear_pointer (&self->sha256, g_free);
  g_free (self);
}

/**
 * drover_download_request_is_pattern:
 *
 * Returns: whether the file's name is still to be found in the list of checksums
 */
gboolean
drover_download_request_is_pattern (const DroverDownloadRequest *self)
{
  return self->name != NULL && strpbrk (self->name, "*?") != NULL;
}

/**
 * drover_download_request_dup_name:
 *
 * Returns: (transfer full) (nullable): the file's name or its pattern; %NULL when no address
 *   ends with one
 */
char *
drover_download_request_dup_name (const DroverDownloadRequest *self)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *name = NULL;
  const char *path;

  if (self->name != NULL)
    return g_strdup (self->name);
  if (self->addresses[0] == NULL ||
      (uri = g_uri_parse (self->addresses[0], SOUP_HTTP_URI_FLAGS, NULL)) == NULL)
    return NULL;

  path = strrchr (g_uri_get_path (uri), '/');
  name = g_uri_unescape_string (path != NULL ? path + 1 : "", "/");
  return name != NULL && *name != '\0' ? g_steal_pointer (&name) : NULL;
}

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT, message);
  return FALSE;
}

/* Nobody is on the way to this computer itself. */
static gboolean
is_safe (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GInetAddress) host = NULL;

  if (uri == NULL || g_str_equal (g_uri_get_scheme (uri), "https"))
    return TRUE;
  if (g_str_equal (g_uri_get_host (uri), "localhost"))
    return TRUE;
  host = g_inet_address_new_from_string (g_uri_get_host (uri));
  return host != NULL && g_inet_address_get_is_loopback (host);
}

static gboolean
check_address (const char *address, GError **error)
{
  g_autoptr (SoupMessage) message = drover_http_get (address, error);

  return message != NULL;
}

static gboolean
check_name (const DroverDownloadRequest *self, GError **error)
{
  g_autofree char *name = drover_download_request_dup_name (self);

  if (name == NULL)
    return refuse (error, _("The address ends with a folder: say what the file is called"));
  if (strchr (name, '/') != NULL || name[0] == '.' || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("“%s” cannot be the name of a downloaded file"), name);
      return FALSE;
    }
  if (drover_download_request_is_pattern (self) && self->checksums == NULL)
    return refuse (error, _("A pattern of names needs a list of checksums to be looked up in"));
  return TRUE;
}

static gboolean
check_addresses (const DroverDownloadRequest *self, GError **error)
{
  const gboolean is_pattern = drover_download_request_is_pattern (self);

  if (self->addresses == NULL || self->addresses[0] == NULL)
    return refuse (error, _("There is no address to download from"));

  for (guint i = 0; self->addresses[i] != NULL; i++)
    {
      if (!check_address (self->addresses[i], error))
        return FALSE;
      if (is_pattern && !g_str_has_suffix (self->addresses[i], "/"))
        return refuse (error, _("With a pattern of names, the address must be a folder and end "
                                "with “/”"));
    }
  return (self->checksums == NULL || check_address (self->checksums, error)) &&
         (self->signature == NULL || check_address (self->signature, error));
}

static gboolean
check_checks (const DroverDownloadRequest *self, GError **error)
{
  const gsize length = self->sha256 != NULL ? strlen (self->sha256) : 0;

  if (self->sha256 != NULL && ((length != DROVER_CHECKSUMS_SHA256_LENGTH &&
                                length != DROVER_CHECKSUMS_SHA512_LENGTH) ||
                               strspn (self->sha256, "0123456789abcdefABCDEF") != length))
    return refuse (error, _("The checksum is neither a SHA-256 nor a SHA-512 in hexadecimal"));

  if (self->key != NULL)
    {
      if (drover_keyring_find (self->key, error) == NULL)
        return FALSE;
      if (self->form != DROVER_SIGNATURE_WITHIN_CHECKSUMS && self->signature == NULL)
        return refuse (error, _("There is a key, but no address of a signature"));
      if (self->form != DROVER_SIGNATURE_OF_FILE && self->checksums == NULL)
        return refuse (error, _("There is a key, but no list of checksums that it has signed"));
    }
  else if (self->signature != NULL)
    {
      return refuse (error, _("There is a signature, but no key to check it with"));
    }
  else if (self->checksums != NULL && self->sha256 == NULL && !is_safe (self->checksums))
    {
      g_set_error (error, DROVER_ERROR, DROVER_ERROR_ARGUMENT,
                   _("The checksum at %s is neither signed nor encrypted on its way: whoever "
                     "exchanges the file can exchange it too"), self->checksums);
      return FALSE;
    }
  return TRUE;
}

/**
 * drover_download_request_check:
 *
 * Returns: %TRUE, or %FALSE with what is wrong with the request itself
 */
gboolean
drover_download_request_check (const DroverDownloadRequest *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return check_addresses (self, error) && check_name (self, error) && check_checks (self, error);
}

static void
set_member (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

/**
 * drover_download_request_to_json:
 *
 * Returns: (transfer full): the request
 */
JsonNode *
drover_download_request_to_json (const DroverDownloadRequest *self)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (self != NULL, NULL);

  json_node_take_object (node, object);
  set_member (object, "title", self->title);
  json_object_set_member (object, "addresses",
                          drover_json_from_strv ((const char *const *) self->addresses));
  set_member (object, "name", self->name);
  set_member (object, "checksums", self->checksums);
  set_member (object, "signature", self->signature);
  set_member (object, "form", form_names[self->form]);
  set_member (object, "key", self->key);
  set_member (object, "sha256", self->sha256);
  return node;
}

static GStrv
dup_strv (JsonObject *object, const char *member)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = json_object_has_member (object, member)
                       ? json_object_get_array_member (object, member)
                       : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (element));
    }
  return g_strv_builder_end (builder);
}

static char *
dup_member (JsonObject *object, const char *member)
{
  return g_strdup (json_object_get_string_member_with_default (object, member, NULL));
}

/**
 * drover_download_request_from_json:
 * @node: what drover_download_request_to_json() returned
 *
 * Returns: (transfer full) (nullable): the request, or %NULL when @node is not a usable one
 */
DroverDownloadRequest *
drover_download_request_from_json (JsonNode *node, GError **error)
{
  static const char *const texts[] = { "title", "name", "checksums", "signature", "form", "key",
                                       "sha256" };
  g_autoptr (DroverDownloadRequest) self = g_new0 (DroverDownloadRequest, 1);
  g_autofree char *form = NULL;
  JsonObject *object;

  g_return_val_if_fail (node != NULL, NULL);

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      refuse (error, _("It is not a download"));
      return NULL;
    }
  object = json_node_get_object (node);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!drover_json_check_type (object, texts[i], G_TYPE_STRING, "", error))
      return NULL;
  if (!drover_json_check_type (object, "addresses", JSON_TYPE_ARRAY, "", error))
    return NULL;

  self->title = dup_member (object, "title");
  self->addresses = dup_strv (object, "addresses");
  self->name = dup_member (object, "name");
  self->checksums = dup_member (object, "checksums");
  self->signature = dup_member (object, "signature");
  self->key = dup_member (object, "key");
  self->sha256 = dup_member (object, "sha256");
  form = dup_member (object, "form");
  if (form != NULL && !drover_signature_form_parse (form, &self->form, error))
    return NULL;

  return drover_download_request_check (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * drover_download_request_dup_id:
 *
 * Returns: (transfer full): what is the same for requests of the same file with the same checks,
 *   in hex
 */
char *
drover_download_request_dup_id (const DroverDownloadRequest *self)
{
  g_autoptr (DroverDownloadRequest) copy = drover_download_request_copy (self);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;

  g_clear_pointer (&copy->title, g_free);
  node = drover_download_request_to_json (copy);
  text = drover_json_to_text (node, FALSE);
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strndup (sum, 24);
}
