/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-hello.h"
#include "drover-test.h"

static void
test_document (void)
{
  static const char *const rows[][4] = {
    { "aarch64", "Hello World on Arm (64-bit)", "qemu-system-aarch64",
      "-machine virt -cpu cortex-a53 -m 1G -kernel /k -initrd /i -nographic" },
    { "x86_64", "Hello World on x86-64", "qemu-system-x86_64",
      "-machine q35 -cpu qemu64 -m 1G -kernel /k -initrd /i -append console=ttyS0 -nographic" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (DroverDocument) document = drover_hello_new_document (rows[i][0], NULL, "/k", "/i");
      g_autoptr (DroverDocument) named = drover_hello_new_document (rows[i][0], "Mine", "/k", "/i");
      g_auto (GStrv) argv = drover_document_dup_argv (document);
      g_autofree char *words = g_strjoinv (" ", argv);
      g_autofree char *expected = g_strdup_printf ("%s %s", rows[i][2], rows[i][3]);

      g_assert_cmpstr (drover_hello_get_default_name (rows[i][0]), ==, rows[i][1]);
      g_assert_cmpstr (drover_document_get_name (document), ==, rows[i][1]);
      g_assert_cmpstr (drover_document_get_name (named), ==, "Mine");
      g_assert_cmpstr (drover_document_get_accelerator (document), ==, "automatic");
      g_assert_cmpstr (words, ==, expected);
    }

  g_assert_null (drover_hello_get_default_name ("mips"));
}

int
main (int argc, char **argv)
{
  drover_test_init (&argc, &argv);
  g_test_add_func ("/hello/document", test_document);
  return drover_test_run ();
}
