/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-document.h"
#include "fuzz.h"

/* A machine.json. What can be read is written so that it is read as the same, and then never
 * changes any more. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DroverDocument) document =
    drover_document_parse ((const char *) data, size, &error);
  g_autoptr (DroverDocument) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *text_again = NULL;
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) argv_again = NULL;

  if (document == NULL)
    {
      g_assert_nonnull (error);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  text = drover_document_to_text (document);
  again = drover_document_parse (text, -1, &error);
  g_assert_no_error (error);
  argv = drover_document_dup_argv (document);
  argv_again = drover_document_dup_argv (again);
  g_assert_cmpstrv (argv, argv_again);
  text_again = drover_document_to_text (again);
  g_assert_cmpstr (text, ==, text_again);
  return 0;
}
