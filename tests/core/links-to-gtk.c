/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Links to GTK, for test-links.sh to find. */

int
main (void)
{
  return 0;
}
