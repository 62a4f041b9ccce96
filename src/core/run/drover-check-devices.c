/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "drover-catalogue.h"
#include "drover-check-private.h"
#include "drover-keyval.h"

/* QEMU ends at the first device that it does not know; its catalogue names the others too. */

static void
add_problem (DroverDocument *document, int argument, char *message, const char *word,
             GPtrArray *problems)
{
  DroverCheckProblem *problem = _drover_check_problem_new (argument, TRUE, message);

  _drover_check_find_span (problem, document, word);
  g_ptr_array_add (problems, problem);
}

/* The keys of a value in either grammar; without those that go deeper, as `x.y` and `x[0]`. */
static GStrv
list_keys (const char *value)
{
  g_autoptr (GStrvBuilder) keys = g_strv_builder_new ();
  g_autoptr (JsonObject) object = _drover_check_parse_object (value);
  g_autoptr (GList) members = object != NULL ? json_object_get_members (object) : NULL;
  g_autoptr (GArray) items = *value == '{' ? NULL : drover_keyval_parse (value, TRUE);

  for (GList *l = members; l != NULL; l = l->next)
    g_strv_builder_add (keys, l->data);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const DroverKeyvalItem *item = &g_array_index (items, DroverKeyvalItem, i);
      g_autofree char *key = g_strndup (value + item->start, item->key_length);

      if (!item->is_flag && strpbrk (key, ".[") == NULL)
        g_strv_builder_add (keys, key);
    }

  return g_strv_builder_end (keys);
}

static void
check_device (DroverCatalogue *catalogue, DroverDocument *document, int index, GPtrArray *problems)
{
  /* What is no property, but `-device` itself reads. */
  static const char *const own[] = { "", "driver", "id", "bus", "help", NULL };
  DroverArgument *argument = drover_document_get_arguments (document)->pdata[index];
  const char *value = drover_argument_get_value (argument);
  g_autofree char *driver = _drover_check_dup_field (value, "driver", "driver");
  g_auto (GStrv) keys = list_keys (value);

  if (driver == NULL || *driver == '\0' || g_str_equal (driver, "help") ||
      g_str_equal (driver, "?"))
    return;
  if (!drover_catalogue_find_device (catalogue, driver, NULL))
    {
      add_problem (document, index, g_strdup_printf (_("This QEMU has no device “%s”"), driver),
                   driver, problems);
      return;
    }

  for (guint i = 0; keys[i] != NULL; i++)
    if (!g_strv_contains (own, keys[i]) &&
        !drover_catalogue_find_property (catalogue, driver, keys[i], NULL))
      add_problem (document, index,
                   g_strdup_printf (_("Device “%s” has no property “%s”"), driver, keys[i]),
                   keys[i], problems);
}

static gboolean
is_device (DroverArgument *argument)
{
  return drover_argument_get_enabled (argument) && drover_argument_get_value (argument) != NULL &&
         g_str_equal (drover_argument_get_option (argument), "device");
}

/*
 * _drover_check_devices:
 * @program: the QEMU that refused @document
 * @problems: (element-type DroverCheckProblem): what is found goes here
 *
 * Finds every device, and every property of one, that @program does not have. A program that
 * does not tell what it has is not held against the document. Must be called from a fiber.
 */
void
_drover_check_devices (DroverDocument *document, const char *program, GPtrArray *problems)
{
  GPtrArray *arguments = drover_document_get_arguments (document);
  g_autoptr (DroverCatalogue) catalogue = NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      if (!is_device (arguments->pdata[i]))
        continue;
      if (catalogue == NULL)
        catalogue = dex_await_object (drover_catalogue_load (program), NULL);
      if (catalogue == NULL)
        return;
      check_device (catalogue, document, i, problems);
    }
}
