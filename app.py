"""Latent Studio: `streamlit run app.py`.

Imported by the server, this file is the ASGI app with the routes of its own; run for a viewer, it
is the router of the pages.
"""

import streamlit as st

if __name__ != "__main__":
    from pages._parts.routes import studio_routes
    from pages._parts.warm import warming

    app = st.App("app.py", routes=studio_routes(), lifespan=warming)
else:
    from pages._parts.i18n import _

    st.set_page_config(
        page_title="Latent Studio", page_icon="pages/_parts/pictures/icon.svg", layout="wide"
    )
    st.logo("pages/_parts/pictures/logo.svg", size="large")
    st.navigation(
        [
            st.Page(
                "pages/train.py", title=_("Train"), icon=":material/model_training:", default=True
            ),
            st.Page("pages/explore.py", title=_("Explore"), icon=":material/explore:"),
            st.Page("pages/runs.py", title=_("Runs"), icon=":material/view_cozy:"),
        ],
        position="top",
    ).run()
