/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <glib/gi18n-lib.h>

#include "drover-error.h"
#include "drover-keyring.h"

#define KEYS "/io/github/drover_vm/Drover/keys/"

/* Each file in data/keys says which package it was taken from. The key of Arch's cloud images
 * (arch-boxes) is in no package that could be had: those are checked by their checksum only. */
static const DroverPinnedKey own_keys[] = {
  { "arch-release", N_("Pierre Schmitz of Arch Linux"),
    "3E80CA1A8B89F69CBA57D98A76A5EF9054449A5C", KEYS "arch-release.asc" },
  { "debian-images", N_("the Debian CD signing key"),
    "DF9B9C49EAA9298432589D76DA87E80D6294BE9B", KEYS "debian-images.asc" },
  { "ubuntu-cloud-images", N_("Ubuntu’s signing key for cloud images"),
    "D2EB44626FDDC30B513D5BB71A5D6C4C7DB87C81", KEYS "ubuntu-cloud-images.asc" },
  { "ubuntu-images", N_("Ubuntu’s signing key for CD images"),
    "843938DF228D22F7B3742BC0D94AA3F0EFE21092", KEYS "ubuntu-images.asc" },
};

static const DroverPinnedKey *pinned_keys = own_keys;
static gsize n_pinned_keys = G_N_ELEMENTS (own_keys);

/**
 * drover_keyring_get_pinned:
 * @n_keys: (out): how many there are
 *
 * Returns: (transfer none): all keys that Drover has
 */
const DroverPinnedKey *
drover_keyring_get_pinned (gsize *n_keys)
{
  *n_keys = n_pinned_keys;
  return pinned_keys;
}

/**
 * drover_keyring_find:
 * @name: what a template calls it
 *
 * Returns: (transfer none) (nullable): the key, or %NULL with #DROVER_ERROR_SIGNATURE
 */
const DroverPinnedKey *
drover_keyring_find (const char *name, GError **error)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (gsize i = 0; i < n_pinned_keys; i++)
    if (g_str_equal (pinned_keys[i].name, name))
      return &pinned_keys[i];

  g_set_error (error, DROVER_ERROR, DROVER_ERROR_SIGNATURE,
               _("Drover has no key called “%s” to check a signature with"), name);
  return NULL;
}

/**
 * drover_keyring_load:
 * @key: one of the pinned keys
 *
 * Returns: (transfer full) (nullable): the OpenPGP key, armored or not
 */
GBytes *
drover_keyring_load (const DroverPinnedKey *key, GError **error)
{
  char *contents;
  gsize length;

  g_return_val_if_fail (key != NULL, NULL);

  if (g_str_has_prefix (key->file, KEYS))
    return g_resources_lookup_data (key->file, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (!g_file_get_contents (key->file, &contents, &length, error))
    return NULL;
  return g_bytes_new_take (contents, length);
}

/**
 * drover_keyring_pin:
 * @keys: (nullable) (transfer none): these instead, which stay there; %NULL for Drover's own
 * @n_keys: how many
 *
 * For tests, which cannot sign with other people's keys. Call it before any thread uses them.
 */
void
drover_keyring_pin (const DroverPinnedKey *keys, gsize n_keys)
{
  pinned_keys = keys != NULL ? keys : own_keys;
  n_pinned_keys = keys != NULL ? n_keys : G_N_ELEMENTS (own_keys);
}
