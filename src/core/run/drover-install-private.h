/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "drover-install.h"

G_BEGIN_DECLS

const char     *_drover_install_get_text          (DroverDocument *document, const char *member);
gboolean        _drover_install_starts_again      (DroverDocument *document);
const char     *_drover_install_get_key_drive     (DroverDocument *document);
gboolean        _drover_install_is_argument       (DroverArgument *argument);
gboolean        _drover_install_has_installer     (DroverDocument *document);
DroverDocument *_drover_install_with_state        (DroverDocument *document,
                                                   DroverInstallState state, const char *error);
DroverDocument *_drover_install_without_installer (DroverDocument *document);

G_END_DECLS
