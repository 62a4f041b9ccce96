/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-detect-private.h"
#include "fuzz.h"

/* A file's beginning, as a disc's label and as anything else. What is said is always text. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *name = fuzz_next_line (&data, &size);
  g_autoptr (DroverDetection) found = g_new0 (DroverDetection, 1);
  g_autoptr (DroverDiscLabel) label = drover_disc_label_parse (data, size);

  found->size = size;
  if (label != NULL)
    {
      g_assert_true (g_utf8_validate (label->volume, -1, NULL));
      g_assert_true (g_utf8_validate (label->publisher, -1, NULL));
      drover_detect_disc (found, label, name);
      g_assert_true (found->kind == DROVER_MEDIUM_KIND_DISC || found->os_id != NULL);
    }
  else if (!drover_detect_by_contents (found, data, size, name))
    g_assert_cmpint (found->kind, ==, DROVER_MEDIUM_KIND_OTHER);

  return 0;
}
