/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-hello.h"
#include "drover-templates.h"

/* The first thing that most guides to QEMU show is a template as any other:
 * data/templates/hello-world-ARCHITECTURE.json. */
static DroverTemplate *
find (const char *architecture)
{
  g_autofree char *id = g_strconcat ("hello-world-", architecture, NULL);

  return drover_template_find (id, NULL);
}

/**
 * drover_hello_get_default_name:
 * @architecture: in QEMU's words
 *
 * Returns: (nullable): the translated name for such a machine; %NULL when there is no Hello
 *   World for @architecture
 */
const char *
drover_hello_get_default_name (const char *architecture)
{
  g_autoptr (DroverTemplate) template = find (architecture);

  return template != NULL ? g_intern_string (drover_template_get_title (template)) : NULL;
}

/**
 * drover_hello_new_document:
 * @architecture: `aarch64` or `x86_64`
 * @name: (nullable): the machine's name; %NULL for the default
 * @kernel: path of the kernel
 * @initrd: path of its initial RAM disk
 *
 * Returns: (transfer full): a new machine for drover_library_create()
 */
DroverDocument *
drover_hello_new_document (const char *architecture, const char *name, const char *kernel,
                           const char *initrd)
{
  g_autoptr (DroverTemplate) template = find (architecture);
  const DroverTemplateHost host = { .architecture = architecture, .accelerator = "tcg" };
  const DroverTemplateChoices choices = { .name = name, .kernel = kernel, .initrd = initrd };
  g_autoptr (GError) error = NULL;
  DroverDocument *document;

  g_return_val_if_fail (template != NULL, NULL);

  document = drover_template_make_document (template, &host, &choices, &error);
  g_assert_no_error (error);
  return document;
}
